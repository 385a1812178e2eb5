#include "backends/hls/print_test_bench.h"

#include <fmt/format.h>

#include "backends/hls/print_top.h"

namespace qfx::backends::hls {
namespace {

std::string include_of(const Design& design) {
  const std::string_view header = design.vendor.test_bench.include;
  return header.empty() ? "" : fmt::format("#include \"{}\"\n", header);
}

}  // namespace

std::string print_network(const Design& design) {
  const std::string guard = fmt::format("QFX_{}_NETWORK_H_", design.top);
  const auto side = [&](const char* name, dataflow::StreamId id, const board::Port& port) {
    const dataflow::Stream& stream = design.stream(id);
    return fmt::format(
        "  typedef ::{4}::{0} {1}_beat;\n  static const long {1}_beats = {2};\n"
        "  static const qfx::Order {1}_order = {3};\n"
        "  typedef ::{4}::{1}_axis {1}_axis;\n  static const int {1}_container = {5};\n",
        design.nodes[stream.node].beat, name, stream.layout.beats, order_text(stream.layout.order),
        design.space, port.container);
  };
  const graph::Shape& shape = design.network.model().output().shape;
  std::string extents;
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    extents += fmt::format("    shape[{}] = {};\n", axis, shape[axis]);
  return fmt::format(
      "// What the test bench and the replay program know of {0}.\n"
      "#ifndef {1}\n#define {1}\n\n#include \"{0}.h\"\n#include \"qfx/order.h\"\n{8}\n"
      "namespace {2} {{\n\nstruct network {{\n{3}{4}"
      "  // Of the result, in C, H, W order; returns its rank.\n"
      "  static int output_shape(long* shape) {{\n{5}    return {6};\n  }}\n"
      "  static void run({7}<input_axis>& in, {7}<output_axis>& out) {{ {9}(in, out); }}\n"
      "}};\n\n}}  // namespace {2}\n\n#endif  // {1}\n",
      design.top, guard, design.space, side("input", design.network.input, design.input),
      side("output", design.network.output, design.output), extents, shape.size(),
      design.vendor.stream, include_of(design),
      fmt::format(fmt::runtime(design.vendor.test_bench.call), design.top));
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
