#include <fmt/format.h>

#include "backends/identifiers.h"
#include "backends/vitis/print.h"

namespace qfx::backends::vitis {

std::string print_network(const Plan& plan) {
  const std::string guard = fmt::format("QFX_{}_NETWORK_H_", plan.top);
  const auto side = [&](const char* name, StreamId id) {
    const Stream& stream = plan.streams[id];
    return fmt::format(
        "  typedef ::{4}::{0} {1}_beat;\n  static const long {1}_beats = {2};\n"
        "  static const qfx::Order {1}_order = {3};\n",
        plan.names[stream.node].beat, name, stream.layout.beats, order_text(stream.layout.order),
        plan.space);
  };
  const graph::Shape& shape = plan.model().output().shape;
  std::string extents;
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    extents += fmt::format("    shape[{}] = {};\n", axis, shape[axis]);
  return fmt::format(
      "// What the test bench and the replay program know of {0}.\n"
      "#ifndef {1}\n#define {1}\n\n#include \"{0}.h\"\n#include \"qfx/order.h\"\n\n"
      "namespace {2} {{\n\nstruct network {{\n{3}{4}"
      "  // Of the result, in C, H, W order; returns its rank.\n"
      "  static int output_shape(long* shape) {{\n{5}    return {6};\n  }}\n"
      "  static void run(hls::stream<input_beat>& in, hls::stream<output_beat>& out) {{ {0}(in, "
      "out); }}\n"
      "}};\n\n}}  // namespace {2}\n\n#endif  // {1}\n",
      plan.top, guard, plan.space, side("input", plan.input), side("output", plan.output), extents,
      shape.size());
}

std::string print_test_bench(const Plan& plan) {
  return fmt::format(
      "// Runs the golden vectors of tb/data through {0} and compares every value.\n"
      "//   test_bench [FOLDER WITH THE GOLDEN FILES]\n"
      "#include \"qfx/test_bench.h\"\n\n#include \"network.h\"\n\n"
      "int main(int argc, char** argv) {{\n"
      "  return qfx::run_test_bench<{1}::network>(argc > 1 ? argv[1] : \"tb/data\");\n}}\n",
      plan.top, plan.space);
}

std::string print_replay(const Plan& plan) {
  return fmt::format(
      "// Runs {0} on a file of raw inputs; qfx/replay.h says how.\n"
      "#include \"qfx/replay.h\"\n\n#include \"network.h\"\n\n"
      "int main(int argc, char** argv) {{ return qfx::replay<{1}::network>(argc, argv); }}\n",
      plan.top, plan.space);
}

}  // namespace qfx::backends::vitis
