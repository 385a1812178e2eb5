// The functions of one variable that a node can look up in a table (table.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfx::graph {

// torch's functions of one variable; gelu is the erf form, elu has alpha 1.
enum class FunctionName : std::uint8_t {
  Sigmoid,
  Tanh,
  HardSigmoid,
  HardSwish,
  Silu,
  Gelu,
  Softplus,
  Elu,
  Exp
};
inline constexpr int kFunctionCount = 9;

// torch's spelling: "sigmoid", "hardsigmoid", ...
std::string_view to_string(FunctionName function);
// Empty where there is no such function.
std::optional<FunctionName> find_function(std::string_view name);
std::vector<std::string> function_names();

}  // namespace qfx::graph
