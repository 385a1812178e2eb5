#include "circuit/token_run.h"

#include <algorithm>

#include "qfx/base/error.h"

namespace qfx::circuit {

TokenRun::TokenRun(const Circuit& circuit, const std::vector<std::int64_t>* depths)
    : circuit_(circuit),
      depths_(depths),
      states_(circuit.engines.size()),
      tokens_(circuit.links.size(), 0),
      peaks_(circuit.links.size(), 0),
      taken_(circuit.links.size(), 0) {}

void TokenRun::push(LinkId link) {
  peaks_[link] = std::max(peaks_[link], ++tokens_[link]);
  const EngineId reader = circuit_.links[link].reader;
  if (reader == kRim) return;
  fill_ring(reader);
  call(reader);
}

// A ring takes in whatever there is room for, whether it is needed yet or not.
void TokenRun::fill_ring(EngineId id) {
  const std::int64_t buffer = engine(id).behaviour.buffer;
  if (buffer == 0) return;
  State& state = states_[id];
  const LinkId link = engine(id).inputs[0];
  const std::int64_t words =
      std::min(tokens_[link], std::max<std::int64_t>(buffer - (state.accepted - state.freed), 0));
  tokens_[link] -= words;
  state.accepted += words;
  if (words > 0) call(circuit_.links[link].writer);
}

bool TokenRun::can_take(EngineId id) const {
  const State& state = states_[id];
  const Round& round = this->round(id);
  if (engine(id).behaviour.buffer > 0) return state.done > 0 || state.accepted >= round.need;
  for (std::size_t i = 0; i < engine(id).inputs.size(); ++i)
    if ((round.takes >> i & 1) != 0 && tokens_[engine(id).inputs[i]] == 0) return false;
  return true;
}

// Steps that take nothing go by at once, up to the next that gives.
bool TokenRun::gives_next(EngineId id) const {
  const Round& round = this->round(id);
  if (round.period == 0) return false;
  return round.takes == 0 || (states_[id].done + 1) % round.period == 0;
}

bool TokenRun::can_give(EngineId id) const {
  return std::ranges::all_of(engine(id).outputs, [&](LinkId link) { return has_room(link); });
}

// Inputs and room are there. Whether it gave.
bool TokenRun::step(EngineId id) {
  State& state = states_[id];
  const Behaviour& behaviour = engine(id).behaviour;
  const Round& round = this->round(id);
  const bool gives = gives_next(id);
  if (round.takes != 0) {
    for (std::size_t i = 0; i < engine(id).inputs.size(); ++i) {
      if ((round.takes >> i & 1) == 0) continue;
      const LinkId link = engine(id).inputs[i];
      --tokens_[link];
      call(circuit_.links[link].writer);
    }
    ++state.done;
  } else {
    state.done = gives ? (state.done / round.period + 1) * round.period : round.count;
  }
  if (state.done == round.count) {
    state.done = 0;
    state.freed = round.free;
    if (++state.round == behaviour.rounds.size()) {
      state.round = 0;
      ++state.frame;
      if (behaviour.buffer > 0) {
        state.accepted -= circuit_.links[engine(id).inputs[0]].words();
        state.freed = 0;
      }
    }
    fill_ring(id);
  }
  if (gives)
    for (LinkId link : engine(id).outputs) push(link);
  return gives;
}

// ---- on demand
// -----------------------------------------------------------------------------------

void TokenRun::demand(LinkId link) {
  const EngineId writer = circuit_.links[link].writer;
  if (writer == kRim) {
    QFX_ASSERT(left_ > 0);
    --left_;
    push(link);
  } else {
    produce(writer);
  }
}

// Until what the next step takes is there.
void TokenRun::demand_need(EngineId id) {
  const Round& round = this->round(id);
  for (std::size_t i = 0; i < engine(id).inputs.size(); ++i) {
    const LinkId link = engine(id).inputs[i];
    if ((round.takes >> i & 1) != 0)
      while (tokens_[link] == 0) demand(link);
  }
  if (engine(id).behaviour.buffer == 0 || states_[id].done > 0) return;
  while (states_[id].accepted < round.need) {
    QFX_ASSERT(tokens_[engine(id).inputs[0]] == 0);  // else the ring is too small
    demand(engine(id).inputs[0]);
  }
}

void TokenRun::produce(EngineId id) {
  states_[id].is_asked = true;
  bool has_given = false;
  while (!has_given) {
    demand_need(id);
    has_given = step(id);
    move_freely();
  }
  states_[id].is_asked = false;
  call(id);
}

void TokenRun::call(EngineId id) {
  if (free_words_ == 0 || id == kRim || states_[id].is_called || states_[id].is_asked) return;
  states_[id].is_called = true;
  called_.push_back(id);
}

// All words of an output; whether there were any.
bool TokenRun::take(LinkId output) {
  if (tokens_[output] == 0) return false;
  taken_[output] += tokens_[output];
  tokens_[output] = 0;
  call(circuit_.links[output].writer);
  return true;
}

// Of every output but the one that is asked for a word: who takes them waits for no other.
bool TokenRun::take_others() {
  bool has_taken = false;
  for (const LinkId output : circuit_.outputs)
    if (output != asked_) has_taken = take(output) || has_taken;
  return has_taken;
}

// Whoever can step without a FIFO behind it growing beyond the free words.
void TokenRun::move_freely() {
  while (take_others() || !called_.empty()) {
    if (called_.empty()) continue;
    const EngineId id = called_.back();
    called_.pop_back();
    states_[id].is_called = false;
    const auto is_free = [&](LinkId link) { return tokens_[link] < free_words_; };
    while (!states_[id].is_asked && states_[id].frame < frames_ && can_take(id) &&
           (!gives_next(id) || std::ranges::all_of(engine(id).outputs, is_free)))
      step(id);
  }
}

void TokenRun::on_demand(std::int64_t free_words) {
  QFX_ASSERT(depths_ == nullptr);
  free_words_ = free_words;
  frames_ = 1;
  left_ = circuit_.links[circuit_.input].words();
  const auto behind = [&](LinkId output) {
    return static_cast<double>(taken_[output]) /
           static_cast<double>(circuit_.links[output].words());
  };
  while (true) {
    asked_ = *std::ranges::min_element(circuit_.outputs, {}, behind);
    if (taken_[asked_] >= circuit_.links[asked_].words()) break;
    while (tokens_[asked_] == 0) demand(asked_);
    --tokens_[asked_];
    ++taken_[asked_];
    call(circuit_.links[asked_].writer);
    move_freely();
  }
  // What no output asked for, a word of the source at a time.
  for (run_on(); left_ > 0; run_on()) demand(circuit_.input);
}

// ---- eagerly
// -------------------------------------------------------------------------------------

// Until nothing moves but the source; those furthest downstream first.
void TokenRun::run_on() {
  const auto can_step = [&](EngineId id) {
    return states_[id].frame < frames_ && can_take(id) && (!gives_next(id) || can_give(id));
  };
  bool is_moving = true;
  while (is_moving) {
    is_moving = false;
    for (const LinkId output : circuit_.outputs) is_moving = take(output) || is_moving;
    for (EngineId id = static_cast<EngineId>(states_.size()) - 1; id >= 0; --id) {
      fill_ring(id);
      for (; can_step(id); is_moving = true) step(id);
    }
  }
}

void TokenRun::eagerly(std::int64_t frames) {
  frames_ = frames;
  left_ = frames * circuit_.links[circuit_.input].words();
  run_on();
  while (left_ > 0 && has_room(circuit_.input)) {
    for (; left_ > 0 && has_room(circuit_.input); --left_) push(circuit_.input);
    run_on();
  }
}

bool TokenRun::is_complete() const {
  const auto is_taken = [&](LinkId output) {
    return taken_[output] == frames_ * circuit_.links[output].words();
  };
  return left_ == 0 && std::ranges::all_of(circuit_.outputs, is_taken) &&
         std::ranges::all_of(tokens_, [](std::int64_t count) { return count == 0; }) &&
         std::ranges::all_of(states_, [&](const State& state) {
           return state.frame == frames_ && state.round == 0 && state.accepted == 0;
         });
}

}  // namespace qfx::circuit
