// The functions of one variable that a node can look up in a table (table.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfx::graph {

// torch's functions of one variable, and ONNX's; what each is: docs/semantics.md.
enum class FunctionName : std::uint8_t {
  Sigmoid,
  Tanh,
  HardSigmoid,
  HardSwish,
  Silu,
  Gelu,
  Softplus,
  Elu,
  Exp,
  Selu,
  Celu,
  GeluTanh,
  Mish,
  Softsign,
  LogSigmoid,
  Shrink,
  ThresholdedRelu,
  Erf,
  Sin,
  Cos,
  Atan,
  Sqrt,
  Rsqrt,
  Reciprocal,
  Log,
  Sign,
  Floor,
  Ceil,
  Round,
  Points
};
inline constexpr int kFunctionCount = 30;

// torch's spelling where torch has it: "sigmoid", "hardsigmoid", ...
std::string_view to_string(FunctionName function);
// Empty where there is no such function.
std::optional<FunctionName> find_function(std::string_view name);
std::vector<std::string> function_names();

// What alpha and beta are where nobody gives them; empty where the function has none.
std::optional<double> usual_alpha(FunctionName function);
std::optional<double> usual_beta(FunctionName function);

}  // namespace qfx::graph
