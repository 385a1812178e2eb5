// A circuit clocked the naive way: every register of the control is there and moves every cycle.
// What circuit::count_cycles is judged by where no Verilog runs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "qfx/circuit/cycles.h"

namespace qfx::test {

class SlowClock {
 public:
  explicit SlowClock(const circuit::Circuit& circuit) : circuit_(circuit) {
    for (const circuit::Link& link : circuit.links) fifos_.push_back({link.depth});
    for (const circuit::Engine& engine : circuit.engines)
      engines_.push_back({std::vector<bool>(engine.latency, false)});
  }

  // Empty vectors where it stalls.
  circuit::Cycles run(int frames) {
    const std::int64_t in_words = circuit_.links[circuit_.input].words();
    std::int64_t given = 0, idle = 0;
    std::vector<Rim> rims;
    for (const circuit::LinkId link : circuit_.outputs)
      rims.push_back({link, circuit_.links[link].words()});
    std::vector<std::int64_t> ends;
    for (std::int64_t cycle = 1; std::ssize(ends) < frames; ++cycle) {
      if (++idle > 200000) return {};
      for (Fifo& fifo : fifos_) fifo.begin();
      // The rim.
      std::int64_t whole = frames;
      for (Rim& rim : rims) {
        if (rim.has_register) ++rim.taken;
        whole = std::min(whole, rim.taken / rim.words);
        Fifo& out = fifos_[rim.link];
        const bool is_last = rim.taken % rim.words == rim.words - 1;
        const bool may_leave = !is_last || given >= (rim.taken / rim.words + 1) * in_words;
        rim.has_register = out.offers && may_leave;
        if (rim.has_register) out.pops = true;
      }
      if (whole > std::ssize(ends)) ends.push_back(cycle);
      if (given < frames * in_words && fifos_[circuit_.input].accepts) {
        fifos_[circuit_.input].pushes = true;
        ++given;
      }
      for (std::size_t i = 0; i < engines_.size(); ++i) clock(i);
      for (Fifo& fifo : fifos_)
        if (fifo.end()) idle = 0;
    }
    circuit::Cycles cycles{ends[0], ends.back() - ends[ends.size() - 2], {}};
    for (const Fifo& fifo : fifos_) cycles.high_water.push_back(fifo.most);
    return cycles;
  }

 private:
  struct Fifo {
    std::int64_t depth;
    std::int64_t ring = 0, most = 0;
    bool has_register = false;
    // Of this cycle.
    bool offers = false, accepts = false, pushes = false, pops = false;

    bool is_block() const { return depth > 64; }
    void begin() {
      const std::int64_t held = ring + (has_register ? 1 : 0);
      most = std::max(most, held);
      offers = is_block() ? has_register : ring > 0;
      accepts = held < depth;
      pushes = pops = false;
    }
    bool end() {
      if (is_block()) {
        const bool moves = ring > 0 && (!has_register || pops);
        if (moves) --ring;
        has_register = moves || (has_register && !pops);
      } else if (pops) {
        --ring;
      }
      if (pushes) ++ring;
      return pushes || pops;
    }
  };
  // An output: its link, words of a frame and what has left.
  struct Rim {
    circuit::LinkId link = 0;
    std::int64_t words = 0, taken = 0;
    bool has_register = false;
  };
  struct Engine {
    std::vector<bool> pipeline;          // the last is the output register's
    bool first = false, second = false;  // a fork's
    std::size_t round = 0;
    std::int64_t done = 0, accepted = 0, freed = 0;
  };

  void clock(std::size_t id) {
    const circuit::Engine& shape = circuit_.engines[id];
    Engine& engine = engines_[id];
    if (std::holds_alternative<circuit::Fork>(shape.part)) {
      clock_fork(shape, engine);
      return;
    }
    Fifo& output = fifos_[shape.outputs[0]];
    const bool enabled = !engine.pipeline.back() || output.accepts;
    if (engine.pipeline.back() && output.accepts) output.pushes = true;
    const std::int64_t buffer = shape.behaviour.buffer;
    const circuit::Round& round = shape.behaviour.rounds[engine.round];
    const bool fills =
        buffer > 0 && engine.accepted - engine.freed < buffer && fifos_[shape.inputs[0]].offers;
    bool steps = enabled;
    if (buffer > 0 && engine.done == 0 && engine.accepted < round.need) steps = false;
    for (std::size_t i = 0; i < shape.inputs.size(); ++i)
      if ((round.takes >> i & 1) != 0 && !fifos_[shape.inputs[i]].offers) steps = false;
    bool gives = false;
    if (steps) {
      for (std::size_t i = 0; i < shape.inputs.size(); ++i)
        if ((round.takes >> i & 1) != 0) fifos_[shape.inputs[i]].pops = true;
      gives = round.period > 0 && ++engine.done % round.period == 0;
      if (round.period == 0) ++engine.done;
      if (engine.done == round.count) {
        engine.done = 0;
        engine.freed = round.free;
        if (++engine.round == shape.behaviour.rounds.size()) {
          engine.round = 0;
          engine.freed = 0;
          if (buffer > 0) engine.accepted -= circuit_.links[shape.inputs[0]].words();
        }
      }
    }
    if (fills) {
      fifos_[shape.inputs[0]].pops = true;
      ++engine.accepted;
    }
    if (enabled) {
      for (std::size_t i = engine.pipeline.size() - 1; i > 0; --i)
        engine.pipeline[i] = engine.pipeline[i - 1];
      engine.pipeline[0] = gives;
    }
  }

  void clock_fork(const circuit::Engine& shape, Engine& engine) {
    Fifo& first = fifos_[shape.outputs[0]];
    Fifo& second = fifos_[shape.outputs[1]];
    const bool enabled = (!engine.first || first.accepts) && (!engine.second || second.accepts);
    if (engine.first && first.accepts) {
      first.pushes = true;
      engine.first = false;
    }
    if (engine.second && second.accepts) {
      second.pushes = true;
      engine.second = false;
    }
    if (!enabled || !fifos_[shape.inputs[0]].offers) return;
    fifos_[shape.inputs[0]].pops = true;
    engine.first = engine.second = true;
  }

  const circuit::Circuit& circuit_;
  std::vector<Fifo> fifos_;
  std::vector<Engine> engines_;
};

}  // namespace qfx::test
