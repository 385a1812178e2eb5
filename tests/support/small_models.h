// Frozen models written down by hand in tests.
#pragma once

#include <string>
#include <vector>

#include "qfx/graph/graph.h"
#include "qfx/graph/infer_shape.h"

namespace qfx::test {

struct Link {
  graph::Op op;
  fixed::Format format;
  graph::ByRole<graph::FrozenParam> params;
};

// An input "n0" and one node after the other, "n1", "n2", ...; a two-input node reads its
// predecessor twice.
inline graph::FrozenModel chain(graph::Shape input, const fixed::Format& format,
                                const std::vector<Link>& links) {
  graph::FrozenModel model;
  model.nodes.push_back({.name = "n0",
                         .op = graph::Input{input, {}},
                         .inputs = {},
                         .shape = input,
                         .format = format,
                         .params = {}});
  for (const Link& link : links) {
    const auto last = static_cast<graph::NodeId>(model.nodes.size()) - 1;
    std::vector<graph::NodeId> inputs{last};
    if (graph::arity(link.op).least == 2) inputs.push_back(last);
    const std::vector<graph::Shape> shapes(inputs.size(), model.nodes[last].shape);
    const std::string name = "n" + std::to_string(last + 1);
    model.nodes.push_back({.name = name,
                           .op = link.op,
                           .inputs = inputs,
                           .shape = graph::infer_shape(link.op, shapes, name),
                           .format = link.format,
                           .params = link.params});
  }
  return model;
}

// A signed parameter of this width.
inline graph::FrozenParam constant(graph::Shape shape, std::vector<std::int32_t> raw, int width,
                                   int int_bits) {
  return {.shape = std::move(shape),
          .raw = std::move(raw),
          .format = {.width = width, .int_bits = int_bits},
          .channel_frac_bits = {}};
}

}  // namespace qfx::test
