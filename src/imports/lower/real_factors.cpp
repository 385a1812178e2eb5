#include "imports/lower/real_factors.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "qfx/graph/links.h"
#include "qfx/graph/op.h"

namespace qfx::imports {
namespace {

// Single precision's bits and a sign; and how many binary places the channels may lie apart.
constexpr int kFactorWidth = 25, kFactorSpread = 10;
// Where these are too many for the sums, the channels come this close before all lose bits alike.
constexpr int kNarrowSpread = 4;
constexpr int kLeastWidth = 9;
// Bits of magnitude that float64 carries.
constexpr int kCarriedBits = 52;
constexpr int kNoExponent = -60;

double largest_of(std::span<const float> values) {
  double largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(static_cast<double>(value)));
  return largest;
}

// All values are below 2^exponent.
int exponent_of(std::span<const float> values) {
  const double largest = largest_of(values);
  if (largest == 0) return kNoExponent;
  int exponent = 0;
  std::frexp(largest, &exponent);
  return exponent;
}

// Fraction bits that leave `magnitude` bits for the largest value; nothing for zeros.
std::optional<int> fitting(double largest, int magnitude) {
  if (largest == 0) return std::nullopt;
  int exponent = 0;
  const double mantissa = std::frexp(largest, &exponent);
  // Rounding must not carry into another bit.
  if (mantissa > 1 - std::ldexp(1.0, -magnitude)) ++exponent;
  return std::clamp(magnitude - exponent, -60, 60);
}

struct Points {
  std::vector<std::optional<int>> by_channel;
  int coarsest = 60, finest = 60;
};

Points points_of(std::span<const float> values, std::int64_t channels, int width, int spread) {
  const auto each = std::max<std::size_t>(1, values.size() / static_cast<std::size_t>(channels));
  Points points;
  int finest = -60;
  for (std::size_t first = 0; first + each <= values.size(); first += each) {
    const auto& point =
        points.by_channel.emplace_back(fitting(largest_of(values.subspan(first, each)), width - 1));
    if (!point) continue;
    points.coarsest = std::min(points.coarsest, *point);
    finest = std::max(finest, *point);
  }
  points.finest = std::clamp(finest, points.coarsest, points.coarsest + spread);
  return points;
}

void put(graph::Param& param, const Points& points, int width) {
  param.spec = {};
  param.spec.width = width;
  param.spec.is_signed = true;
  param.spec.rounding = fixed::Rounding::RND_CONV;
  param.spec.overflow = fixed::Overflow::SAT;
  param.spec.learned = false;
  param.spec.int_bits = width - points.coarsest;
  param.frac_bits.clear();
  for (const std::optional<int>& point : points.by_channel)
    param.frac_bits.push_back(
        static_cast<float>(std::min(point.value_or(points.finest), points.finest)));
  if (std::ranges::all_of(param.frac_bits,
                          [&](float point) { return point == param.frac_bits.front(); }))
    param.frac_bits.resize(1);
  else
    param.spec.granularity = graph::Granularity::PerChannel;
}

bool multiplies(const graph::Node& node) {
  return std::holds_alternative<graph::Mul>(node.op) ||
         std::holds_alternative<graph::Gate>(node.op) ||
         std::ranges::any_of(node.params, [](const auto& param) {
           return param.first == graph::Role::Scale || param.first == graph::Role::Slope ||
                  param.first == graph::Role::Weight;
         });
}

}  // namespace

std::vector<bool> multiplied(const graph::Model& model) {
  const auto readers = graph::readers(model.nodes);
  std::vector<bool> result(model.nodes.size());
  for (std::size_t id = model.nodes.size(); id-- > 0;)
    result[id] = std::ranges::any_of(readers[id], [&](graph::NodeId reader) {
      const graph::Node& node = model.nodes[reader];
      return multiplies(node) || (graph::keeps_format(node.op) && result[reader]);
    });
  return result;
}

std::optional<int> finest_sum(const std::optional<fixed::Format>& x, std::span<const float> factor,
                              std::span<const float> term) {
  if (!x) return std::nullopt;
  const int product = x->int_bits - (x->is_signed ? 1 : 0) + exponent_of(factor);
  return kCarriedBits - 1 - std::max(product, exponent_of(term));
}

void widen_factor(graph::Param& param, std::span<const float> values, std::optional<int> finest) {
  const std::int64_t channels = param.shape[0];
  int width = kFactorWidth;
  Points points = points_of(values, channels, width, kFactorSpread);
  if (finest && points.finest > *finest) {
    const int spread = std::min(kNarrowSpread, points.finest - points.coarsest);
    const int excess = points.coarsest - (*finest - spread);
    if (excess > 0) width = std::max(kLeastWidth, width - excess);
    points = points_of(values, channels, width, kFactorSpread);
    points.finest = std::clamp(*finest, points.coarsest, points.finest);
  }
  put(param, points, width);
}

void widen_term(graph::Param& param, std::span<const float> values, std::optional<int> finest) {
  int width = graph::kMaxSignedWidth;
  Points points = points_of(values, 1, width, 0);
  if (finest && points.finest > *finest) {
    width = std::max(kLeastWidth, width - (points.finest - *finest));
    points = points_of(values, 1, width, 0);
  }
  put(param, points, width);
}

}  // namespace qfx::imports
