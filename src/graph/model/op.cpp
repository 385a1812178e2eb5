#include "qfx/graph/op.h"

#include "qfx/base/error.h"

namespace qfx::graph {

std::string_view kind_name(const Op& op) {
  using namespace std::string_view_literals;
  return std::visit(Overloaded{
                        [](const Input&) { return "input"sv; },
                        [](const Cast&) { return "cast"sv; },
                        [](const Conv2d&) { return "conv2d"sv; },
                        [](const Linear&) { return "linear"sv; },
                        [](const BatchNorm&) { return "batch_norm"sv; },
                        [](const Relu&) { return "relu"sv; },
                        [](const Clip&) { return "clip"sv; },
                        [](const Prelu&) { return "prelu"sv; },
                        [](const LeakyRelu&) { return "leaky_relu"sv; },
                        [](const Shift&) { return "shift"sv; },
                        [](const MaxPool2d&) { return "max_pool2d"sv; },
                        [](const AvgPool2d&) { return "avg_pool2d"sv; },
                        [](const GlobalAvgPool2d&) { return "global_avg_pool2d"sv; },
                        [](const Add&) { return "add"sv; },
                        [](const Sub&) { return "sub"sv; },
                        [](const Mul&) { return "mul"sv; },
                        [](const Concat&) { return "concat"sv; },
                        [](const Flatten&) { return "flatten"sv; },
                        [](const Unsqueeze&) { return "unsqueeze"sv; },
                        [](const Function&) { return "function"sv; },
                        [](const Softmax&) { return "softmax"sv; },
                    },
                    op);
}

bool keeps_format(const Op& op) {
  return std::holds_alternative<Flatten>(op) || std::holds_alternative<Unsqueeze>(op);
}

bool derives_params(const Op& op) {
  return std::holds_alternative<BatchNorm>(op) || std::holds_alternative<LeakyRelu>(op);
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
