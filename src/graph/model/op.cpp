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
  return std::holds_alternative<Rename>(form_of(op));
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

std::string_view to_string(FunctionName function) {
  switch (function) {
    case FunctionName::Sigmoid:
      return "sigmoid";
    case FunctionName::Tanh:
      return "tanh";
    case FunctionName::HardSigmoid:
      return "hardsigmoid";
    case FunctionName::HardSwish:
      return "hardswish";
    case FunctionName::Silu:
      return "silu";
    case FunctionName::Gelu:
      return "gelu";
    case FunctionName::Softplus:
      return "softplus";
    case FunctionName::Elu:
      return "elu";
    case FunctionName::Exp:
      return "exp";
  }
  internal_error("unknown function {}", static_cast<int>(function));
}

std::optional<FunctionName> find_function(std::string_view name) {
  for (int i = 0; i < kFunctionCount; ++i) {
    const auto function = static_cast<FunctionName>(i);
    if (to_string(function) == name) return function;
  }
  return std::nullopt;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (int i = 0; i < kFunctionCount; ++i)
    names.emplace_back(to_string(static_cast<FunctionName>(i)));
  return names;
}

}  // namespace qfx::graph
