#include "backends/hls/print_top.h"

#include <fmt/format.h>
#include <numeric>
#include <set>

#include "backends/hls/c_literals.h"
#include "backends/hls/print_call.h"
#include "backends/hls/print_parameters.h"
#include "backends/names/identifiers.h"

#include "qfx/base/error.h"

namespace qfx::backends::hls {
namespace {

using dataflow::Process;
using dataflow::StreamId;
using graph::NodeId;

std::string beat_type(const Design& design, const dataflow::Stream& stream) {
  const NodeNames& names = design.nodes[stream.node];
  if (stream.layout == design.network.layouts[stream.node]) return names.beat;
  return fmt::format("qfx::Pixel<{}, {}>", names.type, stream.layout.lanes);
}

std::string signature(const Design& design) {
  const auto parameter = [&](const std::string& axis, const board::Port& port) {
    return fmt::format("{}<{}::{}>& {}", design.vendor.stream, design.space, axis, port.name);
  };
  std::string text = fmt::format("void {}({}", design.top, parameter("input_axis", design.input));
  for (const Output& output : design.outputs) text += ", " + parameter(output.axis, output.port);
  return text + ")";
}

std::string includes(const Design& design) {
  std::string text;
  std::set<std::string> headers{"qfx/axis.h", "qfx/trace.h"};
  if (design.outputs.size() > 1) headers.insert("qfx/clone.h");
  for (const Process& process : design.network.processes) {
    for (const std::string& header : headers_of(design, process)) headers.insert(header);
    if (has_parameters(process))
      text += fmt::format("#include \"params/{}.h\"\n", design.nodes[process.node].value);
  }
  for (const std::string& header : headers) text += fmt::format("#include \"{}\"\n", header);
  return text;
}

std::string streams(const Design& design) {
  std::string text;
  for (StreamId id = 0; id < std::ssize(design.streams); ++id)
    text += design.vendor.local_stream(beat_type(design, design.stream(id)), design.streams[id]);
  for (const std::string& ends : design.frame_ends())
    text += design.vendor.local_stream("bool", ends);
  return text;
}

// "  qfx::from_axis<392, 2, 8>": as many elements at a time as divide a beat on either side.
std::string rim_function(const char* name, const board::Port& port) {
  const std::int64_t group = std::gcd(port.lanes, port.layout.lanes);
  return fmt::format("  qfx::{}<{}, {}, {}>", name, port.layout.elements() / group, group,
                     port.container);
}

std::string traces_after(const Design& design, int process) {
  std::string text;
  for (const dataflow::Trace& trace : design.network.traces) {
    if (trace.after_process != process) continue;
    text += fmt::format("  QFX_TRACE({}, {}, {});\n", design.streams[trace.stream], trace.node,
                        order_text(design.stream(trace.stream).layout.order));
  }
  return text;
}

// What TLAST was, to every output.
std::string shared_frame_ends(const Design& design) {
  std::string text, from = kFrameEnds;
  for (const Output& output : design.outputs) {
    if (output.others_ends.empty()) continue;
    text +=
        fmt::format("  qfx::clone<1>({}, {}, {});\n", output.frame_ends, output.others_ends, from);
    from = output.others_ends;
  }
  return text;
}

// What the outputs are called, for who reads them; a tool that makes hardware sees none of it.
std::string output_names(const Design& design) {
  const std::vector<std::string>& names = design.network.model().task.names;
  if (names.empty()) return "";
  std::string text = fmt::format(
      "#ifndef __SYNTHESIS__\nnamespace {} {{\n// Of the outputs, in order; UTF-8.\n"
      "const char* const output_names[{}] = {{\n",
      design.space, names.size());
  for (const std::string& name : names) text += fmt::format("    {},\n", string_literal(name));
  return text + fmt::format("}};\n}}  // namespace {}\n#endif\n\n", design.space);
}

}  // namespace

std::string order_text(dataflow::Order order) {
  switch (order) {
    case dataflow::Order::Pixels:
      return "qfx::kPixels";
    case dataflow::Order::Elements:
      return "qfx::kElements";
  }
  internal_error("unknown order");
}

std::string print_types(const Design& design) {
  const std::string guard = fmt::format("QFX_{}_TYPES_H_", design.top);
  std::string text = fmt::format(
      "// The number format and the stream of every tensor.\n#ifndef {0}\n#define {0}\n\n", guard);
  for (const std::string& header : design.vendor.includes)
    text += fmt::format("#include \"{}\"\n", header);
  text += fmt::format("#include \"qfx/pixel.h\"\n#include \"qfx/vendor.h\"\n\nnamespace {} {{\n\n",
                      design.space);
  for (NodeId id = 0; id < std::ssize(design.nodes); ++id) {
    if (design.network.source[id] != id) continue;
    const graph::FrozenNode& node = design.network.node(id);
    const NodeNames& names = design.nodes[id];
    text += fmt::format("// {}: {} {}\ntypedef {} {};\ntypedef qfx::Pixel<{}, {}> {};\n",
                        names::comment_text(node.name), kind_name(node.op),
                        graph::to_string(node.shape), design.vendor.fixed_type(node.format),
                        names.type, names.type, design.network.layouts[id].lanes, names.beat);
  }
  const auto axis = [&](const std::string& name, const board::Port& port) {
    text += fmt::format("typedef qfx::AxisBeat<{}> {};\n", port.tdata_width(), name);
  };
  text += "\n// The top's streams.\n";
  axis("input_axis", design.input);
  for (const Output& output : design.outputs) axis(output.axis, output.port);
  return text + fmt::format("\n}}  // namespace {}\n\n#endif  // {}\n", design.space, guard);
}

std::string print_top_header(const Design& design) {
  const std::string guard = fmt::format("QFX_{}_H_", design.top);
  const auto describe = [](const board::Port& port) {
    return fmt::format(
        "//   {}: {} beats of {} elements in {} bits each, {}\n", port.name, port.beats(),
        port.lanes, port.container,
        port.layout.order == dataflow::Order::Pixels ? "pixel by pixel, row by row" : "in order");
  };
  std::string ports = describe(design.input);
  for (const Output& output : design.outputs) ports += describe(output.port);
  return fmt::format(
      "// {}: one call takes one sample and gives one result{}; the first element in the lowest "
      "bits,\n"
      "// TLAST as qfx/axis.h says.\n{}"
      "#ifndef {}\n#define {}\n\n#include \"types.h\"\n\n{}{};\n\n#endif  // {}\n",
      names::comment_text(design.network.model().name),
      design.outputs.size() > 1 ? " on each output" : "", ports, guard, guard, output_names(design),
      signature(design), guard);
}

std::string print_top(const Design& design) {
  std::string text = fmt::format(
      "// {0}: the layers as processes joined by streams.\n#include \"{1}.h\"\n\n{2}\n"
      "{3}{4} {{\n  using namespace {5};\n",
      names::comment_text(design.network.model().name), design.top, includes(design),
      design.vendor.before_top(design), signature(design), design.space);
  text += streams(design) + design.vendor.top_pragmas(design) + "\n";
  text += fmt::format("{}({}, {}, {});\n", rim_function("from_axis", design.input),
                      design.streams[design.network.input], kFrameEnds, design.input.name) +
          shared_frame_ends(design) + traces_after(design, -1);
  for (int i = 0; i < std::ssize(design.network.processes); ++i) {
    const Process& process = design.network.processes[i];
    if (dataflow::computes(process))
      text +=
          fmt::format("\n  // {}\n", names::comment_text(design.network.node(process.node).name));
    text += fmt::format("  {}\n", print_call(design, process)) + traces_after(design, i);
  }
  text += "\n";
  for (std::size_t i = 0; i < design.outputs.size(); ++i) {
    const Output& output = design.outputs[i];
    text += fmt::format("{}({}, {}, {});\n", rim_function("to_axis", output.port), output.port.name,
                        output.frame_ends, design.streams[design.network.outputs[i]]);
  }
  return text + "}\n";
}

}  // namespace qfx::backends::hls
