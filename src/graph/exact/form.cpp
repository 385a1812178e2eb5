#include "qfx/graph/form.h"

namespace qfx::graph {
namespace {

// A pool's window: each channel by itself.
template <class Pool>
Form pooled(const Pool& pool, Reduce reduce) {
  return Window{.kernel = pool.kernel,
                .stride = pool.stride,
                .padding = pool.padding,
                .dilation = {1, 1},
                .groups = 0,
                .reduce = reduce};
}

}  // namespace

Form form_of(const Op& op) {
  return std::visit(Overloaded{
                        [](const Input&) -> Form { return Source{}; },
                        [](const Cast&) -> Form { return Map{}; },
                        [](const Conv2d& conv) -> Form {
                          return Window{.kernel = conv.kernel,
                                        .stride = conv.stride,
                                        .padding = conv.padding,
                                        .dilation = conv.dilation,
                                        .groups = conv.groups,
                                        .reduce = Reduce::Products};
                        },
                        [](const Linear&) -> Form { return Dot{}; },
                        [](const BatchNorm&) -> Form { return Map{}; },
                        [](const Relu&) -> Form { return Map{}; },
                        [](const Clip&) -> Form { return Map{}; },
                        [](const Prelu&) -> Form { return Map{}; },
                        [](const LeakyRelu&) -> Form { return Map{}; },
                        [](const Shift&) -> Form { return Map{}; },
                        [](const MaxPool2d& pool) { return pooled(pool, Reduce::Max); },
                        [](const AvgPool2d& pool) { return pooled(pool, Reduce::Mean); },
                        [](const GlobalAvgPool2d&) -> Form { return Plane{}; },
                        [](const Add&) -> Form { return Map{}; },
                        [](const Sub&) -> Form { return Map{}; },
                        [](const Mul&) -> Form { return Map{}; },
                        [](const Concat&) -> Form { return Join{}; },
                        [](const Flatten&) -> Form { return Rename{}; },
                        [](const Unsqueeze&) -> Form { return Rename{}; },
                        [](const Function&) -> Form { return Map{}; },
                        [](const Softmax&) -> Form { return Normalise{}; },
                    },
                    op);
}

}  // namespace qfx::graph
