#include "backends/verilog/lane_constants.h"

#include <algorithm>

#include "backends/verilog/memory_text.h"

#include "qfx/fixed/raw.h"

namespace qfx::backends::verilog {
namespace {

std::int64_t floor_shift(std::int64_t value, int by) {
  return value >> by;
}

// The number's lowest `width` bits in two's complement.
std::int64_t cut(std::int64_t value, int width) {
  const int free = 64 - width;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << free) >> free;
}

class Constants {
 public:
  Constants(const SumsShape& shape, const Counting* counting) : shape_(shape) {
    if (counting != nullptr) counting_ = *counting;
  }

  std::int64_t left(std::int64_t output) const {
    return shape_.work.factor.shift.values[static_cast<std::size_t>(output)];
  }

  // On the grid of the layer; of an accumulator, what it begins with.
  std::int64_t offset(std::int64_t output) const {
    const std::int64_t own = shape_.work.offset.values[static_cast<std::size_t>(output)];
    const dataflow::Sum& sum = shape_.work.sum;
    if (shape_.work.accumulator)
      return fixed::cast_raw(own, sum.frac_bits, *shape_.work.accumulator);
    const auto counted = static_cast<std::uint64_t>(counting_.shifted * shape_.sums.steps)
                         << left(output);
    return cut(static_cast<std::int64_t>(static_cast<std::uint64_t>(own) + counted), sum.width);
  }

  // What the counted upper plane must exceed: twice its sum more than the gate.
  std::int64_t gate(std::int64_t output, int width) const {
    const std::int64_t own = shape_.work.gate->values[static_cast<std::size_t>(output)];
    const std::int64_t counted =
        floor_shift(floor_shift(own, 1) - counting_.shifted * shape_.sums.steps, counting_.left);
    const std::int64_t most = (std::int64_t{1} << (width - 1)) - 1;
    return std::clamp(counted, -most - 1, most);
  }

 private:
  const SumsShape& shape_;
  Counting counting_;
};

}  // namespace

Counting counting_of(std::int64_t operands, int bits, bool is_padded) {
  const std::int64_t most = operands * ((std::int64_t{1} << bits) - 1);
  // Padding is worth nothing: half of the most that can agree. Where that is no integer, twice as
  // much is counted.
  const bool is_double = is_padded && most % 2 != 0;
  return {.is_double = is_double,
          .left = is_double ? 0 : 1,
          .shifted = -most,
          .empty = is_double ? most : most / 2};
}

LaneConstants lane_constants(const SumsShape& shape, const Counting* counting, int gate_width) {
  const Constants constants(shape, counting);
  const std::int64_t outputs = shape.outputs * shape.groups;
  LaneConstants result;
  result.gate_width = gate_width;
  std::int64_t least = 0, most = 0, least_left = constants.left(0), most_left = least_left;
  for (std::int64_t o = 0; o < outputs; ++o) {
    least = std::min(least, constants.offset(o));
    most = std::max(most, constants.offset(o));
    least_left = std::min(least_left, constants.left(o));
    most_left = std::max(most_left, constants.left(o));
  }
  result.left = static_cast<int>(least_left);
  if (gate_width == 0) {
    result.has_offset = least != 0 || most != 0;
    result.offset_width = signed_bits(least, most);
    if (most_left > least_left) result.left_width = unsigned_bits(most_left - least_left);
  }
  result.lane_width =
      (result.has_offset ? result.offset_width : 0) + result.left_width + gate_width;
  result.word_width = result.lane_width * shape.sums.pe;
  if (result.word_width == 0) return result;
  for (std::int64_t block = 0; block < shape.sums.blocks; ++block) {
    MemoryWord word;
    for (std::int64_t lane = 0; lane < shape.sums.pe; ++lane) {
      const auto o = shape.output_of(block, lane);
      if (result.has_offset) word.append(o ? constants.offset(*o) : 0, result.offset_width);
      word.append(o ? constants.left(*o) - least_left : 0, result.left_width);
      if (gate_width > 0) word.append(o ? constants.gate(*o, gate_width) : 0, gate_width);
    }
    result.memory += word.text() + "\n";
  }
  return result;
}

}  // namespace qfx::backends::verilog
