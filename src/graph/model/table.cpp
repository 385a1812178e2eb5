#include "qfx/graph/table.h"

#include <cmath>

#include "qfx/base/error.h"
#include "qfx/fixed/raw.h"

namespace qfx::graph {
namespace {

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

std::vector<std::int32_t> function_table(const Function& function, const fixed::Format& input,
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
    return param(function_table(*function, input, output), output);
  if (const auto* softmax = std::get_if<Softmax>(&op))
    return param(softmax_table(*softmax, input), softmax_table_format(*softmax));
  return std::nullopt;
}

}  // namespace qfx::graph
