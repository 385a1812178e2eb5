#include "circuit/choices.h"

#include <algorithm>
#include <concepts>
#include <map>
#include <numeric>
#include <utility>

#include "circuit/resources.h"
#include "circuit/ring.h"
#include "circuit/stream_groups.h"
#include "circuit/sums_fold.h"

#include "qfx/circuit/word_moves.h"

namespace qfx::circuit {
namespace {

using dataflow::Fold;
using dataflow::MultiplyAccumulate;

class Choices {
 public:
  Choices(dataflow::Network& network, const Unit& unit) : network_(network), unit_(unit) {}

  std::vector<Choice> run() {
    std::visit(*this, unit_.part);
    return std::move(choices_);
  }

  void operator()(const Sums& sums) {
    dataflow::Process& process = network_.processes[sums.process];
    const Fold given = process.fold;
    const auto& work = std::get<MultiplyAccumulate>(process.work);
    const SumsLoops loops = loops_of(work);
    const bool is_depthwise = loops.inputs == 1 && loops.groups > 1 && !loops.is_stepwise;
    std::vector<std::int64_t> outputs = useful_outputs(loops.outputs),
                              operands = divisors(loops.inputs);
    if (is_depthwise)
      for (std::int64_t channels : divisors(loops.groups))
        if (channels > 1) outputs.push_back(loops.outputs * channels);
    if (loops.groups == 1 && loops.taps > 1) operands.push_back(loops.taps * loops.inputs);
    if (loops.is_stepwise) operands = {1};
    if (given.pe != 0) outputs = {given.pe};
    if (given.simd != 0) operands = {given.simd};
    for (std::int64_t pe : outputs) {
      for (std::int64_t simd : operands) {
        process.fold = {pe, simd};
        const Sums folded = fold_sums(network_, sums.process);
        const bool pads = folded.form != Sums::Form::Depthwise && loops.outputs % pe != 0;
        add(folded, process.fold, pads ? loops.outputs : 0);
        choices_.back().products = folded.form == Sums::Form::Depthwise ? pe : pe * simd;
      }
    }
    process.fold = given;
  }
  void operator()(const Pool& pool) { by_lanes(pool, pool.lanes); }
  void operator()(const Plane& plane) { by_lanes(plane, plane.lanes); }
  void operator()(const Chain& chain) { by_lanes(chain, chain.lanes); }
  void operator()(const Spread& spread) { by_lanes(spread, spread.lanes); }
  void operator()(const Join& join) { by_lanes(join, join.lanes); }
  void operator()(const Softmax& softmax) { add(softmax, {}, 0); }
  void operator()(const Repeat& repeat) { by_lanes(repeat, repeat.lanes); }
  void operator()(const Move& move) { by_lanes(move, move.lanes); }
  void operator()(const Reorder& reorder) { add(reorder, {}, 0); }
  void operator()(const Fork& fork) { choices_.push_back({.part = fork}); }
  void operator()(const Repack& repack) { choices_.push_back({.part = repack}); }

 private:
  const dataflow::Layout& layout(dataflow::StreamId stream) const {
    return network_.streams[stream].layout;
  }

  template <class P>
  void by_lanes(P part, std::int64_t given) {
    std::int64_t channels = 0;
    if constexpr (std::same_as<P, Move>)
      channels = widest_word(network_, network_.processes[part.process]);
    else
      for (dataflow::StreamId stream : unit_.inputs)
        channels = std::gcd(channels, group_of(layout(stream)));
    for (std::int64_t lanes : given > 0 ? std::vector{given} : divisors(channels)) {
      part.lanes = lanes;
      add(part, {.pe = lanes_out(network_, part)}, 0);
    }
  }

  void add(const Part& part, const Fold& fold, std::int64_t padded_group) {
    const Unit unit{unit_.name, part, unit_.inputs, unit_.outputs};
    Choice choice{.part = part,
                  .fold = fold,
                  .in = lanes_in(network_, part),
                  .out = lanes_out(network_, part),
                  .padded_group = padded_group,
                  .cycles = cycles_of(network_, unit)};
    choice.resources = part_resources(
        network_, part, {.in = choice.in, .out = choice.out, .buffer = buffer(part, choice.in)});
    choices_.push_back(std::move(choice));
  }

  // Words of its ring, which depend on the words of a frame and a window's steps alone.
  std::int64_t buffer(const Part& part, std::int64_t lanes) {
    const std::int64_t frame = layout(unit_.inputs[0]).elements() / lanes;
    if (const auto* move = std::get_if<Move>(&part))
      return behaviour_of(word_moves(network_, *move), frame).buffer;
    if (const auto* pool = std::get_if<Pool>(&part)) {
      const dataflow::Window& window =
          *std::get<dataflow::WindowReduce>(network_.processes[pool->process].work).window;
      const std::int64_t words = frame / (window.height * window.width);
      return ring_buffer(window, frame, words * window.kernel[0] * window.kernel[1]);
    }
    const auto* sums = std::get_if<Sums>(&part);
    if (sums == nullptr || sums->form == Sums::Form::Walk) return 0;
    const auto& work = std::get<MultiplyAccumulate>(network_.processes[sums->process].work);
    return ring_buffer(loops_of(work).window, frame, sums->blocks * sums->steps);
  }
  std::int64_t ring_buffer(const dataflow::Window& window, std::int64_t frame, std::int64_t steps) {
    const auto [found, is_new] = buffers_.try_emplace({frame, steps}, 0);
    if (is_new) found->second = ring_behaviour(window, frame, steps, steps).buffer;
    return found->second;
  }

  dataflow::Network& network_;
  const Unit& unit_;
  std::vector<Choice> choices_;
  // By the words of a frame and the steps of a window.
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> buffers_;
};

}  // namespace

std::vector<std::int64_t> divisors(std::int64_t of) {
  std::vector<std::int64_t> result;
  for (std::int64_t i = 1; i <= of; ++i)
    if (of % i == 0) result.push_back(i);
  return result;
}

std::vector<std::int64_t> useful_outputs(std::int64_t outputs) {
  std::vector<std::int64_t> result;
  for (std::int64_t blocks = outputs; blocks >= 1; --blocks) {
    const std::int64_t pe = (outputs + blocks - 1) / blocks;
    if (result.empty() || result.back() != pe) result.push_back(pe);
  }
  return result;
}

std::vector<Choice> choices_of(dataflow::Network& network, const Unit& unit) {
  return Choices(network, unit).run();
}

}  // namespace qfx::circuit
