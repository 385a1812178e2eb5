#include "backends/verilog/sums_shape.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Sums;

const dataflow::Process& process_of(const dataflow::Network& network, const Sums& sums) {
  return network.processes[static_cast<std::size_t>(sums.process)];
}

}  // namespace

SumsShape::SumsShape(const dataflow::Network& network, const Sums& part)
    : sums(part),
      work(std::get<dataflow::MultiplyAccumulate>(process_of(network, part).work)),
      input(network
                .node(network.streams[static_cast<std::size_t>(process_of(network, part).inputs[0])]
                          .node)
                .format),
      output(network.node(process_of(network, part).node).format) {
  const auto& shape = work.factor.values.shape;
  if (work.window) {
    window = *work.window;
    groups = work.groups;
    outputs = shape[0] / groups;
    taps = shape[1];
    inputs = shape[2];
  } else {
    outputs = shape[1];
    inputs = shape[0] * shape[2];
  }
  if (part.form == Sums::Form::Ring || part.form == Sums::Form::Walk) operands = part.simd;
  operands_of_word = part.simd;
  blocks_of_group = part.form == Sums::Form::Depthwise ? 1 : part.blocks / groups;
}

std::int64_t SumsShape::first_operand(std::int64_t lane) const {
  return sums.form == Sums::Form::Depthwise ? lane / outputs : 0;
}

std::optional<std::int64_t> SumsShape::output_of(std::int64_t block, std::int64_t lane) const {
  if (sums.form == Sums::Form::Depthwise) return block * sums.pe + lane;
  const std::int64_t within = block % blocks_of_group * sums.pe + lane;
  if (within >= outputs) return std::nullopt;
  return block / blocks_of_group * outputs + within;
}

std::int64_t SumsShape::weight(std::int64_t o, std::int64_t step, std::int64_t operand) const {
  switch (sums.form) {
    case Sums::Form::Ring: {
      const std::int64_t words = inputs / sums.simd;  // of a tap
      return value(o, step / words, step % words * sums.simd + operand);
    }
    case Sums::Form::Depthwise:
      return value(o, step, 0);
    case Sums::Form::Walk:
      return value(o, operand / inputs, operand % inputs);
    case Sums::Form::Stepwise:
      return value(o, step % taps, step / taps);
  }
  return 0;
}

std::int64_t SumsShape::value(std::int64_t o, std::int64_t tap, std::int64_t in) const {
  const dataflow::Table& table = work.factor.values;
  std::int64_t at = (o * taps + tap) * inputs + in;
  if (!work.window) at = (in / table.shape[2] * outputs + o) * table.shape[2] + in % table.shape[2];
  return table.values[static_cast<std::size_t>(at)];
}

}  // namespace qfx::backends::verilog
