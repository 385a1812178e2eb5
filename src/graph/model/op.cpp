#include "qfx/graph/op.h"

#include <utility>

#include "qfx/base/error.h"

namespace qfx::graph {

namespace {

template <std::size_t... I>
std::vector<Op> kinds_at(std::index_sequence<I...>) {
  return {Op(std::in_place_index<I>)...};
}

}  // namespace

std::vector<Op> all_kinds() {
  return kinds_at(std::make_index_sequence<std::variant_size_v<Op>>());
}

std::string_view kind_name(const Op& op) {
  return std::visit([](const auto& kind) { return kind.kName; }, op);
}

std::string_view file_name(const Op& op) {
  return std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.kFileName; })
          return kind.kFileName;
        else
          return kind.kName;
      },
      op);
}

Arity arity(const Op& op) {
  return std::visit([](const auto& kind) { return kind.kInputs; }, op);
}

Form form_of(const Op& op) {
  return std::visit([](const auto& kind) { return Form(kind.form()); }, op);
}

bool keeps_format(const Op& op) {
  return renames(op) || std::holds_alternative<Move>(form_of(op));
}

bool renames(const Op& op) {
  return std::holds_alternative<Rename>(form_of(op));
}

View view_of(const Op& op, const Shape& input) {
  return std::visit(
      [&](const auto& kind) -> View {
        if constexpr (requires { kind.view(input); })
          return kind.view(input);
        else
          internal_error("a {} moves no elements", kind.kName);
      },
      op);
}

namespace {

// Integers of this width.
fixed::Format integers(int width) {
  return {.width = width,
          .int_bits = width,
          .is_signed = true,
          .rounding = fixed::Rounding::RND,
          .overflow = fixed::Overflow::SAT};
}

}  // namespace

std::optional<fixed::Format> own_format(const Op& op) {
  if (const auto* levels = std::get_if<QuantSign>(&op))
    return integers(static_cast<int>(levels->bits) + 1);
  if (std::holds_alternative<Thermometer>(op)) return integers(2);
  return std::nullopt;
}

std::optional<fixed::Format> own_format(const Op& op, Role role) {
  const auto* conv = std::get_if<Conv2d>(&op);
  const auto* linear = std::get_if<Linear>(&op);
  const bool is_binary = (conv != nullptr && conv->binary) ||
                         (linear != nullptr && linear->binary) ||
                         std::holds_alternative<FractionalConv2d>(op);
  return is_binary && role == Role::Weight ? std::optional(integers(2)) : std::nullopt;
}

const fixed::Format* accumulator_of(const Op& op) {
  return std::visit(
      [](const auto& kind) -> const fixed::Format* {
        if constexpr (requires { kind.accumulator; })
          return kind.accumulator ? &*kind.accumulator : nullptr;
        else
          return nullptr;
      },
      op);
}

bool derives_params(const Op& op) {
  return std::visit(
      [](const auto& kind) {
        return requires {
          kind.kDerivesParams;
        };
      },
      op);
}

}  // namespace qfx::graph
