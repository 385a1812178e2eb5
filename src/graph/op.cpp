#include "qfx/graph/op.h"

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
                        [](const MaxPool2d&) { return "max_pool2d"sv; },
                        [](const AvgPool2d&) { return "avg_pool2d"sv; },
                        [](const GlobalAvgPool2d&) { return "global_avg_pool2d"sv; },
                        [](const Add&) { return "add"sv; },
                        [](const Flatten&) { return "flatten"sv; },
                    },
                    op);
}

}  // namespace qfx::graph
