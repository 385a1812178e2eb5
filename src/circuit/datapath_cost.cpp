#include "circuit/datapath_cost.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "circuit/cost_table.h"
#include "circuit/resources.h"
#include "circuit/stream_groups.h"

namespace qfx::circuit {
namespace {

// Signed digits of the canonical form.
int signed_digits(std::int64_t value) {
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
  return std::popcount(magnitude ^ (3 * magnitude));
}

// Different places of the digits that constants have.
int places_of(const dataflow::Factor& factor) {
  std::uint64_t places = 0;
  for (std::int64_t value : factor.values.values) {
    const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
    if (!factor.signed_digits) {
      places |= magnitude;
      continue;
    }
    // What x ^ 3x marks lies one above the digit.
    places |= (magnitude ^ (3 * magnitude)) >> 1;
  }
  return std::popcount(places);
}

// One product, its constant from a memory.
Resources product_cost(const dataflow::Factor& factor, int width, int sum_width) {
  if (factor.binary) return {.luts = real(std::min(width + 1, sum_width)) * cost::kAddBit};
  if (factor.digits == 0) return multiply_cost(width, factor.width);
  const double bits = std::min(width + factor.width, sum_width);
  return {.luts = factor.digits * bits * shift_cost(places_of(factor)) +
                  (factor.digits - 1) * bits * cost::kAddBit};
}

}  // namespace

Resources& Resources::operator+=(const Resources& other) {
  luts += other.luts;
  registers += other.registers;
  dsps += other.dsps;
  brams += other.brams;
  return *this;
}

Resources operator*(Resources resources, double times) {
  return {.luts = resources.luts * times,
          .registers = resources.registers * times,
          .dsps = resources.dsps * times,
          .brams = resources.brams * times};
}

Resources multiply_cost(int a, int b) {
  if (a + b >= cost::kLeastDspProduct) {
    const int wide = std::max(a, b), narrow = std::min(a, b);
    return {.dsps = std::ceil(static_cast<double>(wide) / cost::kDspWide) *
                    std::ceil(static_cast<double>(narrow) / cost::kDspNarrow)};
  }
  return {.luts = a * b * (cost::kMultiply - cost::kMultiply / std::min(a, b))};
}

double shift_cost(int ways) {
  if (ways <= 1) return 0;
  if (ways <= 2) return 0.5;
  if (ways <= 4) return cost::kShiftOf4;
  if (ways <= 8) return cost::kShiftOf8;
  if (ways <= 16) return cost::kShiftOf16;
  return cost::kShiftOf32 * std::ceil(ways / 32.0);
}

std::int64_t weight_bits(const dataflow::MultiplyAccumulate& work) {
  const dataflow::Factor& factor = work.factor;
  if (factor.binary) return 1;
  if (factor.digits == 0) return factor.width;
  const int places = std::bit_width(static_cast<unsigned>(places_of(factor)));
  return factor.digits * (places + (factor.signed_digits ? 1 : 0)) + (factor.signed_digits ? 0 : 1);
}

Resources products_cost(const dataflow::MultiplyAccumulate& work, int width, std::int64_t outputs,
                        std::int64_t operands) {
  const int levels = std::bit_width(static_cast<std::uint64_t>(operands) - 1);
  if (work.level_bits > 0) {
    const double planes = work.level_bits;
    return {.luts = real(outputs) * planes * (real(operands) * cost::kCountBit + levels + 1)};
  }
  Resources one = product_cost(work.factor, width, work.sum.width) * real(operands);
  const int product =
      std::min(width + (work.factor.binary ? 0 : work.factor.width), work.sum.width);
  // Half of a tree's adders lie in its first level, a quarter in the second.
  one.luts += real(operands - 1) * (product + 1) * (operands > 2 ? cost::kTreeBit : cost::kAddBit);
  return one * real(outputs);
}

Resources adder_graph_cost(const dataflow::MultiplyAccumulate& work, int width) {
  std::int64_t digits = 0;
  for (std::int64_t value : work.factor.values.values) digits += signed_digits(value);
  const double adders = real(digits) * cost::kAddersADigit;
  const double bits = adders * (width + cost::kGraphGrowth);
  return {.luts = bits, .registers = bits / 3};
}

Resources map_cost(const dataflow::Network& network, const dataflow::Process& process,
                   std::int64_t lanes) {
  const auto& map = std::get<dataflow::Map>(process.work);
  const auto width = [&](dataflow::StreamId stream) {
    return network.node(network.streams[stream].node).format.width;
  };
  const int in = width(process.inputs[0]), out = width(process.outputs[0]);
  const int sum = std::max({map.sum.width, in, out});
  const std::int64_t rows =
      (group_of(network.streams[process.inputs[0]].layout) + lanes - 1) / lanes;
  Resources one;
  std::int64_t constants = 0;  // bits of a lane's
  if (map.factor) {
    one += product_cost(*map.factor, in, sum);
    const std::set<std::int64_t> shifts(map.factor->shift.values.begin(),
                                        map.factor->shift.values.end());
    one.luts += sum * shift_cost(static_cast<int>(shifts.size()));
    constants += map.factor->width;
  }
  if (map.offset) {
    one.luts += sum * cost::kAddBit;
    constants += map.sum.width;
  }
  if (map.limits) one.luts += 2 * in * cost::kCompareBit + sum;
  if (map.lookup) one += rom(std::int64_t{1} << std::min(in, 16), map.lookup->format.width);
  if (map.steps) one.luts += real(map.steps->shape[0]) * in * cost::kCompareBit;
  if (process.inputs.size() > 1) {
    const graph::Op& op = network.node(process.node).op;
    const bool is_product =
        std::holds_alternative<graph::Mul>(op) || std::holds_alternative<graph::Gate>(op);
    const int second = width(process.inputs[1]);
    one += is_product ? multiply_cost(in, second)
                      : Resources{.luts = (std::max(in, second) + 1) * cost::kAddBit};
  }
  one.luts += sum * cost::kCastBit;
  one.registers += out;
  Resources result = one * real(lanes);
  if (constants > 0) result += rom(rows, lanes * constants);
  return result;
}

}  // namespace qfx::circuit
