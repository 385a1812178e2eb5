#include "qfx/adders/adder_graph.h"

#include <algorithm>
#include <bit>

#include "qfx/base/error.h"

namespace qfx::adders {
namespace {

std::int64_t shifted(std::int64_t value, const Term& term) {
  const auto magnitude = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << term.shift);
  return term.negative ? -magnitude : magnitude;
}

std::int64_t value_of(const Term& term, const std::vector<std::int64_t>& values) {
  return term.value < 0 ? 0 : shifted(values[static_cast<std::size_t>(term.value)], term);
}

}  // namespace

int AdderGraph::depth() const {
  int deepest = 0;
  for (const Term& output : outputs) {
    const int adder = output.value - static_cast<int>(inputs.size());
    if (adder >= 0) deepest = std::max(deepest, adders[static_cast<std::size_t>(adder)].level);
  }
  return deepest;
}

std::int64_t AdderGraph::full_adders() const {
  std::int64_t bits = 0;
  for (const Adder& adder : adders) bits += adders::full_adders(adder);
  // Only a value that no adder of its own made with the right sign is negated at the end.
  for (const Term& output : outputs)
    if (output.value >= 0 && output.negative)
      bits += bits_of(range_of(*this, {output.value, 0, true}));
  return bits;
}

int bits_of(const Interval& range) {
  // a signed number of b bits holds -2^(b-1), whose complement has b - 1 bits
  const auto high = static_cast<std::uint64_t>(std::max<std::int64_t>(range.high, 0));
  if (range.low >= 0) return static_cast<int>(std::bit_width(high));
  const auto low = static_cast<std::uint64_t>(~range.low);
  return static_cast<int>(std::max(std::bit_width(low), std::bit_width(high))) + 1;
}

Interval range_of(const AdderGraph& graph, const Term& term) {
  if (term.value < 0) return {};
  const auto value = static_cast<std::size_t>(term.value);
  const Interval range = value < graph.inputs.size()
                             ? graph.inputs[value]
                             : graph.adders[value - graph.inputs.size()].range;
  const Interval result{shifted(range.low, term), shifted(range.high, term)};
  return term.negative ? Interval{result.high, result.low} : result;
}

std::int64_t full_adders(const Adder& adder) {
  // The lowest operand passes up to where the second begins, unless it is subtracted.
  std::vector<Term> terms{adder.a, adder.b};
  if (adder.c.value >= 0) terms.push_back(adder.c);
  std::sort(terms.begin(), terms.end(), [](const Term& x, const Term& y) {
    return x.shift != y.shift ? x.shift < y.shift : x.negative < y.negative;
  });
  const int from = terms[0].negative ? 0 : terms[1].shift;
  return std::max(0, bits_of(adder.range) - from);
}

std::vector<std::int64_t> evaluate(const AdderGraph& graph, std::span<const std::int64_t> inputs) {
  QFX_ASSERT(inputs.size() == graph.inputs.size());
  std::vector<std::int64_t> values(inputs.begin(), inputs.end());
  for (const Adder& adder : graph.adders)
    values.push_back(value_of(adder.a, values) + value_of(adder.b, values) +
                     value_of(adder.c, values));
  std::vector<std::int64_t> outputs;
  for (const Term& output : graph.outputs) outputs.push_back(value_of(output, values));
  return outputs;
}

}  // namespace qfx::adders
