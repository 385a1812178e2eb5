#include "backends/hls/print_test_bench.h"

#include <fmt/format.h>

#include "backends/hls/print_top.h"

#include "qfx/graph/outputs.h"

namespace qfx::backends::hls {
namespace {

std::string include_of(const Design& design) {
  const std::string_view header = design.vendor.test_bench.include;
  return header.empty() ? "" : fmt::format("#include \"{}\"\n", header);
}

// One side of the network: its beats within it, and its stream.
std::string side(const Design& design, dataflow::StreamId id, const std::string& axis,
                 const board::Port& port) {
  const dataflow::Stream& stream = design.stream(id);
  return fmt::format(
      "    typedef ::{0}::{1} beat;\n    static const long beats = {2};\n"
      "    static const qfx::Order order = {3};\n    typedef ::{0}::{4} axis;\n"
      "    static const int container = {5};\n",
      design.space, design.nodes[stream.node].beat, stream.layout.beats,
      order_text(stream.layout.order), axis, port.container);
}

}  // namespace

std::string print_network(const Design& design) {
  const std::string guard = fmt::format("QFX_{}_NETWORK_H_", design.top);
  std::string outputs, streams, arguments, visits;
  for (std::size_t i = 0; i < design.outputs.size(); ++i) {
    const Output& output = design.outputs[i];
    const graph::Shape& shape = design.network.node(output.node).shape;
    std::string extents;
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      extents += fmt::format("      shape[{}] = {};\n", axis, shape[axis]);
    outputs += fmt::format(
        "  struct output_{0} {{\n{1}"
        "    static const char* name() {{ return \"{2}\"; }}\n"
        "    // In C, H, W order; returns its rank.\n"
        "    static int shape(long* shape) {{\n{3}      return {4};\n    }}\n  }};\n",
        i, side(design, design.network.outputs[i], output.axis, output.port),
        design.nodes[output.node].value, extents, shape.size());
    streams += fmt::format("    {0}<output_{1}::axis> out_{1};\n", design.vendor.stream, i);
    arguments += fmt::format(", outputs.out_{}", i);
    visits += fmt::format("    each.template take<output_{0}>(outputs.out_{0});\n", i);
  }
  return fmt::format(
      "// What the test bench and the replay program know of {0}.\n"
      "#ifndef {1}\n#define {1}\n\n#include \"{0}.h\"\n#include \"qfx/order.h\"\n{2}\n"
      "namespace {3} {{\n\nstruct network {{\n  struct input {{\n{4}  }};\n{5}"
      "  // The values of all outputs, of a sample.\n"
      "  static const long output_size = {6};\n"
      "  struct output_streams {{\n{7}  }};\n"
      "  static void run({8}<input::axis>& in, output_streams& outputs) {{ {9}(in{10}); }}\n"
      "  // each.take<output_0>(its stream), and so on.\n"
      "  template <class EACH>\n"
      "  static void visit(EACH& each, output_streams& outputs) {{\n{11}  }}\n"
      "}};\n\n}}  // namespace {3}\n\n#endif  // {1}\n",
      design.top, guard, include_of(design), design.space,
      side(design, design.network.input, "input_axis", design.input), outputs,
      graph::output_size(design.network.model()), streams, design.vendor.stream,
      fmt::format(fmt::runtime(design.vendor.test_bench.call), design.top), arguments, visits);
}

std::string print_test_bench(const Design& design) {
  return fmt::format(
      "// Runs the golden vectors of tb/data through {0} and compares every value.\n"
      "//   test_bench [FOLDER WITH THE GOLDEN FILES]\n"
      "#include \"qfx/test_bench.h\"\n\n#include \"network.h\"\n\n"
      "{1}(int argc, char** argv) {{\n  {2}\n}}\n",
      design.top, design.vendor.test_bench.main,
      fmt::format(fmt::runtime(design.vendor.test_bench.result),
                  fmt::format("qfx::run_test_bench<{}::network>(argc > 1 ? argv[1] : \"tb/data\")",
                              design.space)));
}

std::string print_replay(const Design& design) {
  return fmt::format(
      "// Runs {0} on a file of raw inputs; qfx/replay.h says how.\n"
      "#include \"qfx/replay.h\"\n\n#include \"network.h\"\n\n"
      "int main(int argc, char** argv) {{ return qfx::replay<{1}::network>(argc, argv); }}\n",
      design.top, design.space);
}

std::string print_golden(std::span<const std::int32_t> values, std::int64_t sample_size) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += std::to_string(values[i]);
    text += (static_cast<std::int64_t>(i) + 1) % sample_size == 0 ? '\n' : ' ';
  }
  return text;
}

}  // namespace qfx::backends::hls
