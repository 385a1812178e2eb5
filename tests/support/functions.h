// Every function that a table can hold, with usual and with other constants.
#pragma once

#include <vector>

#include "qfx/graph/op.h"

namespace qfx::test {

inline std::vector<graph::Function> every_function() {
  using graph::Function;
  using graph::FunctionName;
  std::vector<Function> functions;
  for (int i = 0; i < graph::kFunctionCount; ++i) {
    const auto name = static_cast<FunctionName>(i);
    if (name != FunctionName::Points) functions.emplace_back(name);
  }
  functions.emplace_back(FunctionName::HardSigmoid, 0.25, 0.125);
  functions.emplace_back(FunctionName::Silu, 1.75, 0);
  functions.emplace_back(FunctionName::Elu, 0.3, 0);
  functions.emplace_back(FunctionName::Selu, 1.5, -0.5);
  functions.emplace_back(FunctionName::Celu, 0.75, 0);
  functions.emplace_back(FunctionName::Shrink, 1.25, 1.25);
  functions.emplace_back(FunctionName::ThresholdedRelu, -0.5, 0);
  // A bend, a jump of 1 at 2, and a last piece; dyadic, so that every way to compute it is exact.
  functions.emplace_back(
      std::vector<graph::Point>{{-4, -0.5}, {0, 0.5}, {2, 2.5}, {2, 3.5}, {4, 3.25}});
  return functions;
}

}  // namespace qfx::test
