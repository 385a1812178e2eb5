// A constant matrix as Verilog: its adder graph, one instance of a support module an adder.
//
//   module NAME (clk, en, x, y);
// x holds all inputs, the first one lowest, each as its raw value in `input_width` bits; y holds
// all outputs the same way in `output_width` bits, two's complement. A register stands after every
// `levels_per_register` levels of adders and behind the outputs; all of them move where en is high,
// and nothing is reset. y follows x after adders::matrix_stages(graph, levels_per_register) enabled
// edges of clk, so an engine's latency counts that many in place of products and sum tree.
#pragma once

#include <string>

#include "backends/verilog/context.h"

#include "qfx/adders/adder_graph.h"
#include "qfx/adders/pipeline.h"

namespace qfx::backends::verilog {

struct MatrixPorts {
  int input_width = 8;    // what every input's interval needs, at least
  int output_width = 32;  // what every output needs, at least; its sign bit too where it has one
};

EngineText print_matrix(const std::string& name, const adders::AdderGraph& graph,
                        int levels_per_register, const MatrixPorts& ports);

}  // namespace qfx::backends::verilog
