// A network of which engines and top are written by hand.
#pragma once

#include <gtest/gtest.h>

#include "support/random_numbers.h"

#include "qfx/backends/engine_modules.h"
#include "qfx/circuit/circuit.h"
#include "qfx/dataflow/lower.h"
#include "qfx/estimate/estimate.h"
#include "qfx/graph/builder.h"

namespace qfx::estimate {

// A network of one ReLU, with an engine and a top written by hand.
class Estimates : public testing::Test {
 protected:
  Estimates()
      : network_(dataflow::lower(graph::Analyzed(model()))), circuit_(circuit::fold(network_, {})) {
    const std::vector<std::string> modules = backends::engine_modules(circuit_, "");
    for (std::size_t i = 0; i < modules.size(); ++i) {
      const circuit::Engine& engine = circuit_.engines[i];
      project_["rtl/" + modules[i] + ".v"] = fmt::format(
          "module {} (input clk, input rst, input i0_valid, output i0_ready,\n"
          "  input [{}:0] i0_data, output reg o0_valid, input o0_ready,\n"
          "  output reg [{}:0] o0_data);\n"
          "  assign i0_ready = !o0_valid || o0_ready;\n"
          "  always @(posedge clk) begin\n    if (rst) o0_valid <= 0;\n"
          "    else if (i0_ready) o0_valid <= i0_valid;\n"
          "    if (i0_ready) o0_data <= i0_data[11:0] * i0_data[11:0];\n  end\nendmodule\n",
          modules[i], width(engine.inputs[0]) - 1, width(engine.outputs[0]) - 1);
    }
    project_["rtl/relu.v"] = fmt::format(
        "module relu (input aclk, input [{0}:0] x, output reg r);\n"
        "  {1} e (.clk(aclk), .i0_data(x));\n"
        "  always @(posedge aclk) r <= ^x;\nendmodule\n",
        width(circuit_.engines[0].inputs[0]) - 1, modules[0]);
    project_["README.md"] = "not Verilog";
  }

  static graph::FrozenModel model() {
    graph::Builder builder("relu");
    builder.relu(builder.input({8}));
    return test::with_random_numbers(builder.finish(), {.width = 12});
  }
  std::int64_t width(circuit::LinkId link) const {
    return circuit_.links[static_cast<std::size_t>(link)].width();
  }

  dataflow::Network network_;
  circuit::Circuit circuit_;
  backends::Files project_;
};

}  // namespace qfx::estimate
