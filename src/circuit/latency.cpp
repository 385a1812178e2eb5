#include <algorithm>
#include <bit>

#include "qfx/circuit/pipeline.h"

namespace qfx::circuit {
namespace {

// Of two-input adders in a tree over so many operands.
int levels(std::int64_t operands) {
  return std::bit_width(static_cast<std::uint64_t>(operands) - 1);
}

int tree_stages(std::int64_t operands) {
  return (levels(operands) + kLevelsPerStage - 1) / kLevelsPerStage;
}

bool has_padding(const dataflow::MultiplyAccumulate& work) {
  return work.window && work.window->padding != graph::Pair{0, 0};
}

class Latency {
 public:
  explicit Latency(const dataflow::Network& network) : network_(network) {}

  // Read the window and the weights, products, their sum, accumulate, align and offset, cast.
  int operator()(const Sums& sums) const {
    const SumsPipeline pipeline = pipeline_of(network_, sums);
    // Read, multiply, align, accumulate, cast.
    if (sums.form == Sums::Form::Stepwise) return 5 + pipeline.sum_stages;
    return 2 + pipeline.sum_stages + (pipeline.accumulates ? 1 : 0) + 2;
  }

  // Read, add or compare, the mean, cast.
  int operator()(const Pool& pool) const {
    const auto& work = std::get<dataflow::WindowReduce>(process(pool.process).work);
    return 2 + (work.mean ? mean_stages(*work.mean) : 0) + 1;
  }

  int operator()(const Fork&) const { return 1; }
  int operator()(const Repack&) const { return 1; }

  // Cast into the output register.
  int operator()(const Join&) const { return 1; }

  // Read the frame's memory, move on.
  int operator()(const Reorder&) const { return 2; }

  int operator()(const Chain& chain) const { return formula_of(network_, chain).stages(); }
  int operator()(const Spread& spread) const { return formula_of(network_, spread).stages(); }
  // Read, the mean, cast.
  int operator()(const Plane& plane) const {
    const auto& work = std::get<dataflow::WindowReduce>(process(plane.process).work);
    return 1 + (work.mean ? mean_stages(*work.mean) : 0) + 1;
  }
  // As support/verilog/qfx_softmax.v.
  int operator()(const Softmax&) const { return 5; }

 private:
  const dataflow::Process& process(ProcessId id) const {
    return network_.processes[static_cast<std::size_t>(id)];
  }

  const dataflow::Network& network_;
};

}  // namespace

SumsPipeline pipeline_of(const dataflow::Network& network, const Sums& sums) {
  const auto& work = std::get<dataflow::MultiplyAccumulate>(
      network.processes[static_cast<std::size_t>(sums.process)].work);
  const bool is_walk = sums.form == Sums::Form::Walk;
  SumsPipeline pipeline;
  if (sums.form == Sums::Form::Ring || is_walk) pipeline.operands = sums.simd;
  // The registers of a walk hold zeros for the padding; a ring leaves its steps out.
  pipeline.counts = work.level_bits > 0 && !(is_walk && has_padding(work));
  const std::int64_t digits = work.factor.binary ? 0 : work.factor.digits;
  if (pipeline.counts) {
    const std::int64_t planes = work.gate ? 1 : work.level_bits;
    pipeline.sum_stages =
        1 + tree_stages((pipeline.operands + kCountedBits - 1) / kCountedBits * planes);
  } else {
    pipeline.sum_stages = tree_stages(pipeline.operands * std::max<std::int64_t>(digits, 1));
    if (sums.form != Sums::Form::Stepwise) pipeline.sum_stages = std::max(1, pipeline.sum_stages);
  }
  pipeline.accumulates = !is_walk;
  return pipeline;
}

int mean_stages(const dataflow::Mean& mean) {
  return mean.divisor == 1 ? 0 : 4;  // magnitude, product, quotient, remainder
}

int latency_of(const dataflow::Network& network, const Part& part) {
  return std::visit(Latency(network), part);
}

}  // namespace qfx::circuit
