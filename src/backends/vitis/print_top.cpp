#include <fmt/format.h>
#include <set>

#include "backends/identifiers.h"
#include "backends/vitis/print.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::backends::vitis {
namespace {

using graph::NodeId;

std::string beat_type(const Plan& plan, const Stream& stream) {
  const NodeNames& names = plan.names[stream.node];
  if (stream.layout == plan.layouts[stream.node]) return names.beat;
  return fmt::format("qfx::Pixel<{}, {}>", names.type, stream.layout.lanes);
}

std::string port(const Plan& plan, StreamId id) {
  const Stream& stream = plan.streams[id];
  return fmt::format("hls::stream<{}::{}>& {}", plan.space, plan.names[stream.node].beat,
                     stream.name);
}

std::string signature(const Plan& plan) {
  return fmt::format("void {}({}, {})", plan.top, port(plan, plan.input), port(plan, plan.output));
}

// "qfx::conv2d<conv1_config>(in, conv1, conv1_weight, conv1_shift, conv1_bias);"
class Call {
 public:
  Call(const Plan& plan, const Process& process) : plan_(plan), process_(process) {}

  std::string text() const {
    switch (process_.kind) {
      case ProcessKind::Layer:
        return std::visit(*this, plan_.node(process_.node).op);
      case ProcessKind::Clone:
        return by_beats("clone");
      case ProcessKind::Reorder:
        return by_beats("reorder");
      case ProcessKind::Copy:
        return by_beats("copy");
    }
    internal_error("unknown process kind");
  }

  std::string operator()(const graph::Input&) const { internal_error("an input is no process"); }
  std::string operator()(const graph::Cast&) const { return by_beats("cast"); }
  std::string operator()(const graph::Conv2d&) const { return with_factors("conv2d"); }
  std::string operator()(const graph::Linear&) const { return with_factors("linear"); }
  std::string operator()(const graph::BatchNorm&) const { return with_factors("batch_norm"); }
  std::string operator()(const graph::Relu&) const { return by_beats("relu"); }
  std::string operator()(const graph::Clip&) const { return by_config("clip", {}); }
  std::string operator()(const graph::Prelu&) const { return sloped(); }
  std::string operator()(const graph::LeakyRelu&) const { return sloped(); }
  std::string operator()(const graph::Shift&) const { return by_config("shift", {names().bias}); }
  std::string operator()(const graph::MaxPool2d&) const { return by_config("max_pool2d", {}); }
  std::string operator()(const graph::AvgPool2d&) const {
    return by_config("avg_pool2d", {names().reciprocal});
  }
  std::string operator()(const graph::GlobalAvgPool2d&) const {
    return by_config("global_avg_pool2d", {names().reciprocal});
  }
  std::string operator()(const graph::Add&) const { return by_beats("add"); }
  std::string operator()(const graph::Sub&) const { return by_beats("sub"); }
  std::string operator()(const graph::Mul&) const { return by_beats("mul"); }
  // The output comes first: what the parameter pack behind it takes is the inputs.
  std::string operator()(const graph::Concat&) const {
    const Stream& out = plan_.streams[process_.outputs[0]];
    std::vector<std::string> arguments{out.name}, beats;
    for (StreamId id : process_.inputs) {
      arguments.push_back(plan_.streams[id].name);
      beats.push_back(std::to_string(plan_.streams[id].layout.beats));
    }
    if (plan_.node(process_.node).shape.size() > 1)
      return fmt::format("qfx::concat<{}>({});", out.layout.beats, join(arguments, ", "));
    return fmt::format("qfx::concat_vectors<{}>({});", join(beats, ", "), join(arguments, ", "));
  }
  std::string operator()(const graph::Flatten&) const { internal_error("a flatten is no process"); }
  std::string operator()(const graph::Unsqueeze&) const {
    internal_error("an unsqueeze is no process");
  }
  std::string operator()(const graph::Function&) const {
    return by_config("function", {names().table});
  }
  std::string operator()(const graph::Softmax&) const {
    return by_config("softmax", {names().table});
  }

 private:
  const NodeNames& names() const { return plan_.names[process_.node]; }

  std::string call(const std::string& function, const std::string& argument,
                   const std::vector<std::string>& tables) const {
    std::vector<std::string> arguments;
    for (StreamId id : process_.inputs) arguments.push_back(plan_.streams[id].name);
    for (StreamId id : process_.outputs) arguments.push_back(plan_.streams[id].name);
    for (const std::string& table : tables) arguments.push_back(table);
    return fmt::format("qfx::{}<{}>({});", function, argument, join(arguments, ", "));
  }
  std::string by_beats(const std::string& function) const {
    return call(function, std::to_string(plan_.streams[process_.inputs[0]].layout.beats), {});
  }
  std::string by_config(const std::string& function, const std::vector<std::string>& tables) const {
    return call(function, names().config, tables);
  }
  std::string sloped() const { return by_config("prelu", {names().weight, names().shift}); }
  std::string with_factors(const std::string& function) const {
    return by_config(function, {names().weight, names().shift, names().bias});
  }

  const Plan& plan_;
  const Process& process_;
};

std::string header_of(const Plan& plan, const Process& process) {
  switch (process.kind) {
    case ProcessKind::Layer: {
      const graph::Op& op = plan.node(process.node).op;
      if (std::holds_alternative<graph::LeakyRelu>(op)) return "qfx/prelu.h";
      return fmt::format("qfx/{}.h", kind_name(op));
    }
    case ProcessKind::Clone:
      return "qfx/clone.h";
    case ProcessKind::Reorder:
      return "qfx/reorder.h";
    case ProcessKind::Copy:
      return "qfx/copy.h";
  }
  internal_error("unknown process kind");
}

std::string traces_after(const Plan& plan, int process) {
  std::string text;
  for (const Trace& trace : plan.traces) {
    if (trace.after_process != process) continue;
    const Stream& stream = plan.streams[trace.stream];
    text += fmt::format("  QFX_TRACE({}, {}, {});\n", stream.name, trace.node,
                        order_text(stream.layout.order));
  }
  return text;
}

std::string pragmas(const Plan& plan) {
  std::string text = "#ifdef __SYNTHESIS__\n";
  for (StreamId id : {plan.input, plan.output})
    text += fmt::format("#pragma HLS INTERFACE axis port={}\n", plan.streams[id].name);
  text += "#pragma HLS INTERFACE ap_ctrl_chain port=return\n#pragma HLS DATAFLOW\n";
  for (const Stream& stream : plan.streams) {
    if (!stream.is_port)
      text += fmt::format("#pragma HLS STREAM variable={} depth={}\n", stream.name, stream.depth);
  }
  return text + "#endif\n";
}

}  // namespace

std::string ap_type(const fixed::Format& format) {
  std::string text = fmt::format(
      "{}<{}, {}, AP_{}, AP_{}", format.is_signed ? "ap_fixed" : "ap_ufixed", format.width,
      format.int_bits, to_string(format.rounding), to_string(format.overflow));
  if (format.wrap_bits > 0) text += fmt::format(", {}", format.wrap_bits);
  return text + ">";
}

std::string order_text(Order order) {
  switch (order) {
    case Order::Pixels:
      return "qfx::kPixels";
    case Order::Elements:
      return "qfx::kElements";
  }
  internal_error("unknown order");
}

std::vector<std::string> layer_headers(const Plan& plan) {
  std::set<std::string> headers{"qfx/trace.h"};
  for (const Process& process : plan.processes) headers.insert(header_of(plan, process));
  return {headers.begin(), headers.end()};
}

std::string print_types(const Plan& plan) {
  const std::string guard = fmt::format("QFX_{}_TYPES_H_", plan.top);
  std::string text = fmt::format(
      "// The number format and the stream of every tensor.\n#ifndef {}\n#define {}\n\n"
      "#include \"ap_fixed.h\"\n#include \"hls_stream.h\"\n#include \"qfx/pixel.h\"\n\n"
      "namespace {} {{\n\n",
      guard, guard, plan.space);
  for (NodeId id = 0; id < std::ssize(plan.names); ++id) {
    if (plan.source[id] != id) continue;
    const graph::FrozenNode& node = plan.node(id);
    const NodeNames& names = plan.names[id];
    text += fmt::format("// {}: {} {}\ntypedef {} {};\ntypedef qfx::Pixel<{}, {}> {};\n",
                        comment_text(node.name), kind_name(node.op), graph::to_string(node.shape),
                        ap_type(node.format), names.type, names.type, plan.layouts[id].lanes,
                        names.beat);
  }
  return text + fmt::format("\n}}  // namespace {}\n\n#endif  // {}\n", plan.space, guard);
}

std::string print_top_header(const Plan& plan) {
  const std::string guard = fmt::format("QFX_{}_H_", plan.top);
  const auto describe = [&](StreamId id) {
    const Layout& layout = plan.streams[id].layout;
    return fmt::format("{} beats of {} {}", layout.beats, layout.lanes,
                       layout.order == Order::Pixels ? "channels, a pixel a beat, row by row"
                                                     : "elements, in order");
  };
  return fmt::format(
      "// {}: one call takes one sample and gives one result.\n//   in:  {}\n//   out: {}\n"
      "#ifndef {}\n#define {}\n\n#include \"types.h\"\n\n{};\n\n#endif  // {}\n",
      comment_text(plan.model().name), describe(plan.input), describe(plan.output), guard, guard,
      signature(plan), guard);
}

std::string print_top(const Plan& plan) {
  std::string text =
      fmt::format("// {}: the layers as processes joined by streams.\n#include \"{}.h\"\n\n",
                  comment_text(plan.model().name), plan.top);
  for (NodeId id = 0; id < std::ssize(plan.names); ++id) {
    if (has_parameters(plan.node(id).op))
      text += fmt::format("#include \"params/{}.h\"\n", plan.names[id].value);
  }
  for (const std::string& header : layer_headers(plan))
    text += fmt::format("#include \"{}\"\n", header);
  text += fmt::format("\n{} {{\n  using namespace {};\n", signature(plan), plan.space);
  for (const Stream& stream : plan.streams) {
    if (!stream.is_port)
      text +=
          fmt::format("  hls::stream<{0}> {1}(\"{1}\");\n", beat_type(plan, stream), stream.name);
  }
  text += pragmas(plan) + "\n" + traces_after(plan, -1);
  for (int i = 0; i < std::ssize(plan.processes); ++i) {
    const Process& process = plan.processes[i];
    if (process.kind == ProcessKind::Layer)
      text += fmt::format("\n  // {}\n", comment_text(plan.node(process.node).name));
    text += fmt::format("  {}\n", Call(plan, process).text()) + traces_after(plan, i);
  }
  return text + "}\n";
}

}  // namespace qfx::backends::vitis
