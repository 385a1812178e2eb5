#include "circuit/sums_fold.h"

#include <string>

#include "circuit/ring.h"

#include "qfx/base/error.h"

namespace qfx::circuit {
namespace {

using dataflow::Fold;
using dataflow::MultiplyAccumulate;

// What a layer's fold may be, for its errors.
struct Asked {
  const std::string& name;
  const SumsLoops& loops;
  const Fold& fold;
};

void check_pe(const Asked& asked, bool is_depthwise) {
  const SumsLoops& loops = asked.loops;
  const std::int64_t pe = asked.fold.pe;
  if (pe >= 1 && pe <= loops.outputs) return;
  if (is_depthwise && pe >= 1 && pe % loops.outputs == 0 &&
      loops.groups % (pe / loops.outputs) == 0)
    return;
  const std::string also =
      is_depthwise ? fmt::format(", or {}as many as a divisor of its {} groups: {}",
                                 loops.outputs == 1 ? "" : fmt::format("{} times ", loops.outputs),
                                 loops.groups, divisors_text(loops.groups))
                   : "";
  user_error("the fold of '{}' computes {} outputs at once; {} allows 1 to {}{}", asked.name, pe,
             loops.groups == 1 ? "the layer" : "a group of its channels", loops.outputs, also);
}

void check_simd(const Asked& asked) {
  const SumsLoops& loops = asked.loops;
  const std::int64_t simd = asked.fold.simd;
  if (loops.is_stepwise) {
    if (simd == 1) return;
    user_error(
        "the fold of '{}' adds {} products at once, but its accumulator rounds after each; leave "
        "the number out or give 1",
        asked.name, simd);
  }
  if (simd >= 1 && loops.inputs % simd == 0) return;
  const bool has_window = loops.groups == 1 && loops.taps > 1;
  if (has_window && simd == loops.taps * loops.inputs) return;
  user_error(
      "the fold of '{}' adds {} products at once; allowed are divisors of the {} inputs{}: {}{}",
      asked.name, simd, loops.inputs, loops.groups == 1 ? "" : " of a group",
      divisors_text(loops.inputs),
      has_window ? fmt::format(", or the whole window, {}", loops.taps * loops.inputs) : "");
}

}  // namespace

std::string divisors_text(std::int64_t of) {
  std::string text;
  for (std::int64_t i = 1; i < of; ++i)
    if (of % i == 0) text += (text.empty() ? "" : ", ") + std::to_string(i);
  return text + (text.empty() ? "" : " or ") + std::to_string(of);
}

SumsLoops loops_of(const MultiplyAccumulate& sums) {
  const std::vector<std::int64_t>& shape = sums.factor.values.shape;
  SumsLoops loops;
  if (sums.window) {
    loops.window = *sums.window;
    loops.outputs = shape[0] / sums.groups;
    loops.taps = shape[1];
    loops.inputs = shape[2];
    loops.groups = sums.groups;
  } else {
    loops.outputs = shape[1];
    loops.inputs = shape[0] * shape[2];
  }
  loops.pixels = loops.window.positions(0) * loops.window.positions(1);
  loops.is_stepwise = sums.accumulator.has_value();
  return loops;
}

Sums fold_sums(const dataflow::Network& network, ProcessId id) {
  const dataflow::Process& process = network.processes[id];
  const auto& work = std::get<MultiplyAccumulate>(process.work);
  const SumsLoops loops = loops_of(work);
  Fold fold = process.fold;
  if (fold.pe == 0) fold.pe = 1;
  if (fold.simd == 0) {
    const std::int64_t matrix_lanes = work.window ? loops.inputs : work.factor.values.shape[2];
    fold.simd = loops.is_stepwise ? 1 : matrix_lanes;
  }
  const bool is_depthwise = loops.inputs == 1 && loops.groups > 1 && !loops.is_stepwise;
  const Asked asked{network.node(process.node).name, loops, fold};
  check_pe(asked, is_depthwise);
  check_simd(asked);

  Sums sums{.process = id, .pe = fold.pe, .simd = fold.simd};
  if (is_depthwise && fold.pe % loops.outputs == 0) {
    sums.form = Sums::Form::Depthwise;
    sums.simd = fold.pe / loops.outputs;
    sums.blocks = loops.groups / sums.simd;
    sums.steps = loops.taps;
    return sums;
  }
  sums.blocks = loops.groups * ((loops.outputs + fold.pe - 1) / fold.pe);
  sums.steps = loops.taps * loops.inputs / fold.simd;
  if (loops.is_stepwise)
    sums.form = Sums::Form::Stepwise;
  else if (sums.steps == 1 && loops.groups == 1)
    sums.form = Sums::Form::Walk;
  return sums;
}

}  // namespace qfx::circuit
