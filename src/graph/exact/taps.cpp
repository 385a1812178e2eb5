#include "graph/exact/taps.h"

#include "qfx/graph/form.h"

namespace qfx::graph {

Taps taps_of(const FrozenNode& node, const Shape& input) {
  const std::int64_t in = input[0], out = node.shape[0];
  return std::visit(Overloaded{
                        [](const Source&) { return Taps{}; },
                        [](const Map&) { return Taps{}; },
                        [&](const Window& window) {
                          const std::int64_t groups = window.groups == 0 ? in : window.groups;
                          return Taps{.inputs = in / groups,
                                      .cells = window.kernel[0] * window.kernel[1],
                                      .group_outputs = out / groups,
                                      .padded = window.padding[0] > 0 || window.padding[1] > 0};
                        },
                        [&](const Plane&) { return Taps{.cells = input[1] * input[2]}; },
                        [&](const Dot&) { return Taps{.inputs = in, .group_outputs = out}; },
                        [](const Spread& spread) {
                          return Taps{.group_outputs = spread.channels};
                        },
                        [](const Join&) { return Taps{}; },
                        [](const Rename&) { return Taps{}; },
                        [](const Normalise&) { return Taps{}; },
                    },
                    form_of(node.op));
}

}  // namespace qfx::graph
