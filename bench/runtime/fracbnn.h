// FracBNN for CIFAR-10 with random parameters, in the formats of its published accelerator.
#pragma once

#include <string>

#include "qfx/frontends/recipe.h"
#include "qfx/graph/freeze.h"

namespace qfx::bench {

// zoo: "fracbnn", or "fracbnn_published", which has a node for every rounding of the accelerator.
inline graph::FrozenModel fracbnn(const std::string& zoo) {
  std::string text = "name = \"fracbnn\"\n[network]\nzoo = \"" + zoo + "\"\n";
  if (zoo == "fracbnn") text += "batch_norm = \"affine\"\n";
  text += R"(
[data]
source = "cifar10:."
input = [3, 32, 32]
classes = 10
normalize = { divisor = 1 }
[format]
format = "fixed<16,9,RND,SAT>"
[format.input]
format = "ufixed<8,8>"
[format.scales]
format = "fixed<12,4,RND,SAT>"
[format.offsets]
format = "fixed<12,4,RND,SAT>"
[format.slopes]
format = "fixed<12,4,RND,SAT>"
[format.biases]
format = "fixed<12,4,RND,SAT>"
[format.weights]
format = "fixed<12,5,RND,SAT>"
)";
  // Sums of -1 and +1, and what the accelerator makes of them, lose nothing.
  text += zoo == "fracbnn" ? "[[format.override]]\nmatch = [\"conv1\", "
                             "\"*.conv?\"]\nformat = \"fixed<12,12>\"\n"
                           : R"(
[[format.override]]
match = ["conv1", "*.conv?", "*.msb_sum", "*.msb_left", "*.lsb_sum", "*.threshold"]
format = "fixed<12,12>"
[[format.override]]
match = "*.lsb_third"
format = "fixed<23,8>"
[[format.override]]
match = "*.shortcut.pool"
format = "fixed<16,9,TRN_ZERO,SAT>"
[[format.override]]
match = "pool"
format = "fixed<32,10,TRN_ZERO,SAT>"
)";
  graph::Model model = frontends::parse_recipe(text, "fracbnn.toml").model;
  // The accelerator's two sums are of one convolution.
  for (graph::Node& node : model.nodes) {
    const std::size_t end = node.name.find(".msb_sum");
    if (end == std::string::npos) continue;
    for (const graph::Node& conv : model.nodes)
      if (conv.name == node.name.substr(0, end))
        node.params.at(graph::Role::Weight).values = conv.params.at(graph::Role::Weight).values;
  }
  return graph::freeze(model);
}

}  // namespace qfx::bench
