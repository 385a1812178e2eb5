#include "circuit/clocked_run.h"

#include <algorithm>

#include "circuit/fifo_kind.h"

namespace qfx::circuit {

ClockedRun::ClockedRun(const Circuit& circuit, int frames)
    : circuit_(circuit),
      frames_(frames),
      states_(circuit.engines.size()),
      sink_(static_cast<int>(circuit.engines.size()) + 1),
      wheel_(sink_ + static_cast<int>(circuit.outputs.size())),
      taken_(circuit.outputs.size(), 0) {
  for (const Link& link : circuit.links)
    fifos_.push_back({.depth = link.depth,
                      .delay = is_block_ram(link.depth) ? 2 : 1,
                      .writer = link.writer + 1,
                      .reader = link.reader + 1});
  for (std::size_t i = 0; i < circuit.outputs.size(); ++i)
    fifos_[circuit.outputs[i]].reader = sink_ + static_cast<int>(i);
  for (const Engine& engine : circuit.engines)
    is_fork_.push_back(std::holds_alternative<Fork>(engine.part) ? 1 : 0);
  // Some engines give before anything comes: of windows that lie in the padding.
  for (int place = 0; place < sink_ + std::ssize(taken_); ++place) call(place, 1);
}

bool ClockedRun::run() {
  while (std::ssize(frame_ends_) < frames_) {
    now_ = wheel_.next(now_ + 1);
    if (now_ < 0) return false;
    wheel_.visit(now_, [&](int place) {
      if (place == 0)
        visit_source();
      else if (place >= sink_)
        visit_sink(static_cast<std::size_t>(place - sink_));
      else if (is_fork_[place - 1] != 0)
        visit_fork(place - 1);
      else
        visit(place - 1);
    });
  }
  return true;
}

std::vector<std::int64_t> ClockedRun::high_water() const {
  std::vector<std::int64_t> words;
  for (const Fifo& fifo : fifos_) words.push_back(fifo.high_water);
  return words;
}

// ---- FIFOs: the reader of a cycle comes before the writer
// --------------------------------------------------------

bool ClockedRun::is_offered(const Fifo& fifo) const {
  return fifo.count - (fifo.delay == 2 && fifo.pushed_at == now_ - 1 ? 1 : 0) > 0;
}

bool ClockedRun::has_room(const Fifo& fifo) const {
  return fifo.count + (fifo.popped_at == now_ ? 1 : 0) < fifo.depth;
}

void ClockedRun::pop(Fifo& fifo) {
  --fifo.count;
  fifo.popped_at = now_;
  call(fifo.writer, now_ + 1);
}

void ClockedRun::push(Fifo& fifo) {
  ++fifo.count;
  fifo.pushed_at = now_;
  fifo.high_water = std::max(fifo.high_water, fifo.count);
  call(fifo.reader, now_ + fifo.delay);
}

// A reader that took a word in this very cycle has called already.
void ClockedRun::wait_for_room(int place, const Fifo& fifo) {
  if (fifo.popped_at == now_) call(place, now_ + 1);
}

// ---- the rim
// -------------------------------------------------------------------------------------

void ClockedRun::visit_source() {
  const std::int64_t words = circuit_.links[circuit_.input].words();
  Fifo& fifo = fifos_[circuit_.input];
  if (given_ == frames_ * words) return;
  if (!has_room(fifo)) {
    wait_for_room(0, fifo);
    return;
  }
  push(fifo);
  if (++given_ % words == 0) {
    frame_begins_.push_back(now_);
    for (int i = 0; i < std::ssize(taken_); ++i) call(sink_ + i, now_ + 1);
  }
  call(0, now_ + 1);
}

// The output register takes a word where there is one, and the sink has it in the next cycle. The
// last word of a frame waits for TLAST, which came with the frame's last word.
void ClockedRun::visit_sink(std::size_t output) {
  const std::int64_t words = circuit_.links[circuit_.outputs[output]].words();
  Fifo& fifo = fifos_[circuit_.outputs[output]];
  if (fifo.count == 0) return;
  const bool is_last = (taken_[output] + 1) % words == 0;
  const std::int64_t frame = taken_[output] / words;
  if (is_last && frame >= std::ssize(frame_begins_)) return;  // the source will wake it
  call(sink_ + static_cast<int>(output), now_ + 1);
  if (!is_offered(fifo)) return;
  pop(fifo);
  ++taken_[output];
  if (is_last && whole_frames() > std::ssize(frame_ends_)) frame_ends_.push_back(now_ + 1);
}

std::int64_t ClockedRun::whole_frames() const {
  std::int64_t frames = frames_;
  for (std::size_t i = 0; i < taken_.size(); ++i)
    frames = std::min(frames, taken_[i] / circuit_.links[circuit_.outputs[i]].words());
  return frames;
}

// ---- engines
// -------------------------------------------------------------------------------------

void ClockedRun::visit_fork(EngineId id) {
  const Engine& engine = circuit_.engines[id];
  State& state = states_[id];
  Fifo& first = fifos_[engine.outputs[0]];
  Fifo& second = fifos_[engine.outputs[1]];
  const auto leave = [&](bool& has, Fifo& fifo) {
    if (!has) return;
    if (!has_room(fifo)) {
      wait_for_room(id + 1, fifo);
      return;
    }
    push(fifo);
    has = false;
  };
  leave(state.has_first, first);
  leave(state.has_second, second);
  Fifo& input = fifos_[engine.inputs[0]];
  if (state.has_first || state.has_second) return;
  if (is_offered(input)) {
    pop(input);
    state.has_first = state.has_second = true;
    call(id + 1, now_ + 1);
  } else if (input.count > 0) {
    call(id + 1, now_ + 1);
  }
}

// Takes a word in where there was room when the cycle began.
void ClockedRun::fill_ring(EngineId id) {
  const Behaviour& behaviour = circuit_.engines[id].behaviour;
  State& state = states_[id];
  Fifo& fifo = fifos_[circuit_.engines[id].inputs[0]];
  if (fifo.count == 0 || state.accepted - state.freed >= behaviour.buffer) return;
  call(id + 1, now_ + 1);
  if (!is_offered(fifo)) return;
  pop(fifo);
  ++state.accepted;
  state.accepted_at = now_;
}

bool ClockedRun::can_step(EngineId id) const {
  const Engine& engine = circuit_.engines[id];
  const State& state = states_[id];
  const Round& round = engine.behaviour.rounds[state.round];
  if (engine.behaviour.buffer > 0) {
    const std::int64_t accepted = state.accepted - (state.accepted_at == now_ ? 1 : 0);
    return state.done > 0 || accepted >= round.need;
  }
  for (std::size_t i = 0; i < engine.inputs.size(); ++i)
    if ((round.takes >> i & 1) != 0 && !is_offered(fifos_[engine.inputs[i]])) return false;
  return true;
}

void ClockedRun::step(EngineId id) {
  const Engine& engine = circuit_.engines[id];
  State& state = states_[id];
  const Round& round = engine.behaviour.rounds[state.round];
  for (std::size_t i = 0; i < engine.inputs.size(); ++i)
    if ((round.takes >> i & 1) != 0) pop(fifos_[engine.inputs[i]]);
  ++state.done;
  if (round.period > 0 && state.done % round.period == 0)
    state.due.push_back(state.edges + engine.latency);
  if (state.done < round.count) return;
  state.done = 0;
  state.freed = round.free;
  if (++state.round == engine.behaviour.rounds.size()) {
    state.round = 0;
    if (engine.behaviour.buffer > 0) {
      state.accepted -= circuit_.links[engine.inputs[0]].words();
      state.freed = 0;
    }
  }
}

// Steps that take nothing, give nothing, free nothing, while no word reaches the output register.
void ClockedRun::skip_steps(EngineId id) {
  State& state = states_[id];
  const Round& round = circuit_.engines[id].behaviour.rounds[state.round];
  state.not_before = now_ + 1;
  if (state.done == 0 || round.takes != 0) return;
  std::int64_t steps = round.count - state.done - 1;
  if (round.period > 0) steps = std::min(steps, round.period - state.done % round.period - 1);
  if (!state.due.empty()) steps = std::min(steps, state.due.front() - state.edges);
  if (steps <= 0) return;
  state.done += steps;
  state.edges += steps;
  state.clock += steps;
  state.not_before += steps;
}

void ClockedRun::visit(EngineId id) {
  const Engine& engine = circuit_.engines[id];
  State& state = states_[id];
  if (engine.behaviour.buffer > 0) fill_ring(id);
  if (now_ < state.not_before) {
    call(id + 1, state.not_before);
    return;
  }
  if (state.waiting != Waiting::ForOutput) state.edges += now_ - state.clock;
  state.clock = now_;
  state.waiting = Waiting::No;

  if (!state.due.empty() && state.due.front() <= state.edges) {
    Fifo& output = fifos_[engine.outputs[0]];
    if (!has_room(output)) {
      state.waiting = Waiting::ForOutput;
      wait_for_room(id + 1, output);
      return;
    }
    push(output);
    state.due.pop_front();
  }
  const bool steps = can_step(id);
  if (steps) step(id);
  ++state.edges;
  ++state.clock;
  if (steps) {
    skip_steps(id);
    call(id + 1, state.not_before);
    return;
  }
  state.waiting = Waiting::ForInput;
  if (!state.due.empty())
    call(id + 1, now_ + 1 + std::max<std::int64_t>(state.due.front() - state.edges, 0));
  // A word that is written but not offered yet, or taken in at this very cycle.
  bool is_coming = state.accepted_at == now_;
  for (LinkId link : engine.inputs)
    if (engine.behaviour.buffer == 0 && fifos_[link].pushed_at == now_ - 1) is_coming = true;
  if (is_coming) call(id + 1, now_ + 1);
}

}  // namespace qfx::circuit
