#include <algorithm>
#include <bit>

#include "qfx/circuit/pipeline.h"
#include "qfx/circuit/word_moves.h"

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
  return work.window && work.window->padding != graph::Sides();
}

// Levels of two-input adders that the sum of an output's digits has at least.
int matrix_levels(const dataflow::MultiplyAccumulate& work) {
  const std::vector<std::int64_t>& shape = work.factor.values.shape;
  const std::int64_t outputs = shape[work.window ? 0 : 1];
  std::vector<std::int64_t> digits(static_cast<std::size_t>(outputs), 0);
  for (std::size_t i = 0; i < work.factor.values.values.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const std::int64_t output = work.window ? at / (shape[1] * shape[2]) : at / shape[2] % shape[1];
    const std::int64_t value = work.factor.values.values[i];
    const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
    digits[static_cast<std::size_t>(output)] += std::popcount(magnitude ^ (3 * magnitude));
  }
  return levels(std::max<std::int64_t>(1, *std::max_element(digits.begin(), digits.end())));
}

// Every sum, in any order, fits the integers of the search.
bool is_searched(const dataflow::Network& network, const dataflow::Process& process,
                 const dataflow::MultiplyAccumulate& work) {
  const auto factors = static_cast<std::int64_t>(work.factor.values.values.size());
  const dataflow::Stream& stream = network.streams[static_cast<std::size_t>(process.inputs[0])];
  return factors <= kLargestMatrix && work.factor.width <= 32 &&
         work.factor.width + network.node(stream.node).format.width + levels(factors) < 60;
}

class Latency {
 public:
  explicit Latency(const dataflow::Network& network) : network_(network) {}

  // Read the window and the weights, products, their sum, accumulate, align and offset, cast.
  int operator()(const Sums& sums) const {
    const SumsPipeline pipeline = pipeline_of(network_, sums);
    // Read, multiply, align, accumulate, cast.
    if (sums.form == Sums::Form::Stepwise) return 5 + pipeline.sum_stages;
    if (pipeline.matrix_stages > 0) return 1 + pipeline.matrix_stages + 2;
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

  // Read the memory, move on.
  int operator()(const Repeat&) const { return 2; }

  // Read the memory, move on; what is only picked goes through no memory.
  int operator()(const Move& move) const { return word_moves(network_, move).only_picks() ? 1 : 2; }

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
  const dataflow::Process& process = network.processes[static_cast<std::size_t>(sums.process)];
  const auto& work = std::get<dataflow::MultiplyAccumulate>(process.work);
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
  if (is_walk && sums.blocks == 1 && !pipeline.counts && is_searched(network, process, work))
    pipeline.matrix_stages =
        std::max(1, (matrix_levels(work) + kLevelsPerStage - 1) / kLevelsPerStage);
  return pipeline;
}

int mean_stages(const dataflow::Mean& mean) {
  const int division = mean.divisor == 1 ? 0 : 4;  // magnitude, product, quotient, remainder
  return division + (mean.has_factors() ? 1 : 0);
}

int latency_of(const dataflow::Network& network, const Part& part) {
  return std::visit(Latency(network), part);
}

}  // namespace qfx::circuit
