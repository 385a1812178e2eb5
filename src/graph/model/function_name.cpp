#include "qfx/graph/function_name.h"

#include <array>

#include "qfx/base/error.h"

namespace qfx::graph {
namespace {

struct Facts {
  FunctionName function;
  std::string_view name;
  std::optional<double> alpha = {}, beta = {};
};

// In the order of the enumerators.
constexpr std::array<Facts, kFunctionCount> all_facts() {
  using enum FunctionName;
  return {{
      {Sigmoid, "sigmoid"},
      {Tanh, "tanh"},
      {HardSigmoid, "hardsigmoid", 1.0 / 6, 0.5},
      {HardSwish, "hardswish"},
      {Silu, "silu", 1.0},
      {Gelu, "gelu"},
      {Softplus, "softplus"},
      {Elu, "elu", 1.0},
      {Exp, "exp"},
      {Selu, "selu", 1.6732632423543772, 1.0507009873554805},
      {Celu, "celu", 1.0},
      {GeluTanh, "gelu_tanh"},
      {Mish, "mish"},
      {Softsign, "softsign"},
      {LogSigmoid, "logsigmoid"},
      {Shrink, "shrink", 0.5, 0.0},
      {ThresholdedRelu, "thresholded_relu", 1.0},
      {Erf, "erf"},
      {Sin, "sin"},
      {Cos, "cos"},
      {Atan, "atan"},
      {Sqrt, "sqrt"},
      {Rsqrt, "rsqrt"},
      {Reciprocal, "reciprocal"},
      {Log, "log"},
      {Sign, "signum"},
      {Floor, "floor"},
      {Ceil, "ceil"},
      {Round, "round"},
      {Points, "points"},
  }};
}
constexpr std::array<Facts, kFunctionCount> kFacts = all_facts();

const Facts& facts_of(FunctionName function) {
  const auto at = static_cast<std::size_t>(function);
  if (at >= kFacts.size() || kFacts[at].function != function)
    internal_error("unknown function {}", static_cast<int>(function));
  return kFacts[at];
}

}  // namespace

std::string_view to_string(FunctionName function) {
  return facts_of(function).name;
}

std::optional<double> usual_alpha(FunctionName function) {
  return facts_of(function).alpha;
}

std::optional<double> usual_beta(FunctionName function) {
  return facts_of(function).beta;
}

std::optional<FunctionName> find_function(std::string_view name) {
  for (const Facts& facts : kFacts) {
    if (facts.name == name) return facts.function;
  }
  return std::nullopt;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const Facts& facts : kFacts) names.emplace_back(facts.name);
  return names;
}

}  // namespace qfx::graph
