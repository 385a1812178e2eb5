#include "qfx/graph/table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "qfx/base/error.h"
#include "qfx/fixed/raw.h"

namespace qfx::graph {
namespace {

// exp overflows far inside the range of formats with few fraction bits.
double finite(double value) {
  return std::min(value, std::numeric_limits<double>::max());
}

// Without the overflow of exp(-x) and without the cancellation of 1 - 1 / (1 + exp(x)).
double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

double relu6(double x) {
  return std::clamp(x, 0.0, 6.0);
}

std::size_t entries(const fixed::Format& input) {
  QFX_ASSERT(input.width >= 1 && input.width <= kMaxTableInputWidth);
  return std::size_t{1} << input.width;
}

}  // namespace

bool has_table(const Op& op) {
  return std::visit(
      [](const auto& kind) {
        return requires {
          kind.kHasTable;
        };
      },
      op);
}

double function_value(FunctionName function, double x) {
  switch (function) {
    case FunctionName::Sigmoid:
      return sigmoid(x);
    case FunctionName::Tanh:
      return std::tanh(x);
    case FunctionName::HardSigmoid:
      return relu6(x + 3) / 6;
    case FunctionName::HardSwish:
      return x * relu6(x + 3) / 6;
    case FunctionName::Silu:
      return x * sigmoid(x);
    case FunctionName::Gelu:
      return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
    case FunctionName::Softplus:
      return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    case FunctionName::Elu:
      return x > 0 ? x : std::expm1(x);
    case FunctionName::Exp:
      return finite(std::exp(x));
  }
  internal_error("unknown function {}", static_cast<int>(function));
}

std::vector<std::int32_t> function_table(FunctionName function, const fixed::Format& input,
                                         const fixed::Format& output) {
  std::vector<std::int32_t> table(entries(input));
  std::int64_t raw = fixed::min_raw(input);
  for (std::int32_t& entry : table) {
    const double x = std::ldexp(static_cast<double>(raw++), -input.frac_bits());
    entry = static_cast<std::int32_t>(fixed::raw_from_double(function_value(function, x), output));
  }
  return table;
}

fixed::Format softmax_table_format(const Softmax& softmax) {
  return {.width = static_cast<int>(softmax.table_width),
          .int_bits = 1,
          .is_signed = false,
          .rounding = fixed::Rounding::RND,
          .overflow = fixed::Overflow::SAT};
}

std::vector<std::int32_t> softmax_table(const Softmax& softmax, const fixed::Format& input) {
  const fixed::Format format = softmax_table_format(softmax);
  std::vector<std::int32_t> table(entries(input));
  for (std::size_t d = 0; d < table.size(); ++d) {
    const double distance = std::ldexp(static_cast<double>(d), -input.frac_bits());
    table[d] = static_cast<std::int32_t>(fixed::raw_from_double(std::exp(-distance), format));
  }
  return table;
}

std::optional<FrozenParam> make_table(const Op& op, const fixed::Format& input,
                                      const fixed::Format& output) {
  const auto param = [](std::vector<std::int32_t> raw, const fixed::Format& format) {
    const Shape shape{std::ssize(raw)};
    return FrozenParam{
        .shape = shape, .raw = std::move(raw), .format = format, .channel_frac_bits = {}};
  };
  if (const auto* function = std::get_if<Function>(&op))
    return param(function_table(function->function, input, output), output);
  if (const auto* softmax = std::get_if<Softmax>(&op))
    return param(softmax_table(*softmax, input), softmax_table_format(*softmax));
  return std::nullopt;
}

}  // namespace qfx::graph
