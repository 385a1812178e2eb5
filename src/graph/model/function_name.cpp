#include "qfx/graph/function_name.h"

#include "qfx/base/error.h"

namespace qfx::graph {

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
