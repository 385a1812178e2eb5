#include "graph/exact/taps.h"

#include "qfx/graph/form.h"
#include "qfx/graph/window_counts.h"

namespace qfx::graph {

Taps taps_of(const FrozenNode& node, const Shape& input) {
  const std::int64_t in = input[0], out = node.shape[0];
  return std::visit(Overloaded{
                        [](const Source&) { return Taps{}; },
                        [](const Map&) { return Taps{}; },
                        [](const ByChannel&) { return Taps{}; },
                        [&](const Window& window) {
                          const std::int64_t groups = window.groups == 0 ? in : window.groups;
                          Taps taps{.inputs = in / groups,
                                    .cells = window.kernel[0] * window.kernel[1],
                                    .group_outputs = out / groups,
                                    .padded = window.padding != Sides()};
                          if (window.reduce != Reduce::Mean) return taps;
                          const WindowCounts counts = window_counts(window, input, node.shape);
                          taps.padded = window.counted != Sides();
                          taps.largest_factor = counts.largest_factor();
                          taps.divisor = counts.divisor();
                          return taps;
                        },
                        [&](const Plane&) {
                          const std::int64_t cells = input[1] * input[2];
                          return Taps{.cells = cells, .divisor = cells};
                        },
                        [&](const Dot&) { return Taps{.inputs = in, .group_outputs = out}; },
                        [](const Spread& spread) { return Taps{.group_outputs = spread.channels}; },
                        [](const Join&) { return Taps{}; },
                        [](const Rename&) { return Taps{}; },
                        [](const Move&) { return Taps{}; },
                        [](const Normalise&) { return Taps{}; },
                    },
                    form_of(node.op));
}

}  // namespace qfx::graph
