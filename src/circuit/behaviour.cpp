#include "circuit/behaviour.h"

#include <algorithm>

#include "circuit/ring.h"
#include "circuit/sums_fold.h"

#include "qfx/base/error.h"
#include "qfx/circuit/word_moves.h"

namespace qfx::circuit {
namespace {

using Links = std::vector<const Link*>;

class Behaviours {
 public:
  Behaviours(const dataflow::Network& network, const Links& inputs, const Links& outputs)
      : network_(network), inputs_(inputs), outputs_(outputs) {}

  Behaviour operator()(const Sums& sums) const {
    const SumsLoops loops = loops_of(work<dataflow::MultiplyAccumulate>(sums.process));
    if (sums.form == Sums::Form::Walk) return {0, walk_rounds(loops.window, sums.blocks)};
    return ring_behaviour(loops.window, words_in(), sums.blocks * sums.steps, sums.steps);
  }
  Behaviour operator()(const Pool& pool) const {
    const dataflow::Window& window = *work<dataflow::WindowReduce>(pool.process).window;
    const std::int64_t taps = window.kernel[0] * window.kernel[1];
    const std::int64_t words = words_in() / (window.height * window.width);  // of a pixel
    return ring_behaviour(window, words_in(), words * taps, taps);
  }
  Behaviour operator()(const Plane&) const {
    return {0, {{.count = words_in(), .period = 0, .takes = 1}, {.count = outputs_[0]->words()}}};
  }
  Behaviour operator()(const Chain&) const { return word_by_word(); }
  Behaviour operator()(const Softmax& softmax) const {
    Behaviour behaviour;
    for (std::int64_t sum = 0; sum < words_in() / softmax.terms; ++sum) {
      behaviour.rounds.push_back({.count = softmax.terms, .period = 0, .takes = 1});
      behaviour.rounds.push_back({.count = softmax.terms, .period = 0});
      behaviour.rounds.push_back(
          {.count = softmax.terms * softmax.quotient_bits, .period = softmax.quotient_bits});
    }
    return behaviour;
  }
  Behaviour operator()(const Spread&) const { return word_by_word(); }
  Behaviour operator()(const Join& join) const {
    const dataflow::Process& process = network_.processes[join.process];
    const bool is_by_pixel = std::get<dataflow::Join>(process.work).side_by_side;
    const std::int64_t pixels = is_by_pixel ? network_.streams[process.inputs[0]].layout.beats : 1;
    Behaviour behaviour;
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
      for (std::size_t i = 0; i < inputs_.size(); ++i)
        behaviour.rounds.push_back({.count = inputs_[i]->words() / pixels, .takes = 1 << i});
    return behaviour;
  }
  // The words of the next frame come while those of this one are given.
  Behaviour operator()(const Repeat&) const {
    return {2 * words_in(),
            {{.count = outputs_[0]->words(), .need = words_in(), .free = words_in()}}};
  }
  Behaviour operator()(const Move& move) const {
    return circuit::behaviour_of(word_moves(network_, move), words_in());
  }
  Behaviour operator()(const Reorder&) const {
    return {2 * words_in(), {{.count = words_in(), .need = words_in(), .free = words_in()}}};
  }
  Behaviour operator()(const Fork&) const { return word_by_word(); }

  // Takes where fewer elements are held than a word gives.
  Behaviour operator()(const Repack&) const {
    const Link& in = *inputs_[0];
    const std::int64_t lanes = outputs_[0]->lanes;
    std::vector<Round> rounds;
    std::int64_t held = 0, in_group = 0, idle = 0, group = 0;
    while (group < in.groups || held > 0) {
      const bool takes = held < lanes;
      if (takes) {
        QFX_ASSERT(group < in.groups);
        const std::int64_t taken = std::min(in.lanes, in.group - in_group);
        held += taken;
        in_group = (in_group + taken) % in.group;
        if (in_group == 0) ++group;
      }
      if (held < lanes) {  // a step that only takes
        ++idle;
        continue;
      }
      held -= lanes;
      append(rounds, {.count = idle + 1, .period = idle + 1, .takes = takes ? 1 : 0});
      idle = 0;
    }
    QFX_ASSERT(idle == 0);
    return {0, std::move(rounds)};
  }

 private:
  template <class Work>
  const Work& work(ProcessId process) const {
    return std::get<Work>(network_.processes[process].work);
  }
  std::int64_t words_in() const { return inputs_[0]->words(); }

  Behaviour word_by_word() const {
    return {0, {{.count = words_in(), .takes = (1 << inputs_.size()) - 1}}};
  }

  const dataflow::Network& network_;
  const Links& inputs_;
  const Links& outputs_;
};

}  // namespace

Behaviour behaviour_of(const dataflow::Network& network, const Part& part, const Links& inputs,
                       const Links& outputs) {
  return std::visit(Behaviours(network, inputs, outputs), part);
}

std::int64_t cycles_alone(const Circuit& circuit, EngineId id) {
  const Engine& engine = circuit.engines[id];
  std::int64_t cycles = 0;
  for (const Round& round : engine.behaviour.rounds) cycles += round.count;
  for (LinkId link : engine.inputs) cycles = std::max(cycles, circuit.links[link].words());
  return cycles;
}

}  // namespace qfx::circuit
