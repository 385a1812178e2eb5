#include "backends/hls/design.h"

#include "backends/names/identifiers.h"

#include "qfx/base/error.h"

namespace qfx::backends::hls {
namespace {

using dataflow::Process;
using dataflow::StreamId;

void check_top(const std::string& top, names::Words vendor) {
  if (top.empty() || (names::is_identifier(top, vendor) && !names::is_hdl_keyword(top))) return;
  user_error(
      "the top function cannot be called '{}': it must be a C++ identifier of letters, digits and "
      "single underscores, at most {} long, with a lower-case letter among them, and no word of "
      "C++, Verilog or VHDL",
      top, names::kMaxIdentifierLength);
}

std::vector<NodeNames> name_nodes(const graph::FrozenModel& model,
                                  names::Identifiers& identifiers) {
  std::vector<NodeNames> nodes;
  // Values first, so that a layer keeps its own name wherever that is possible.
  for (const graph::FrozenNode& node : model.nodes)
    nodes.emplace_back().value = identifiers.unique(node.name);
  for (NodeNames& names : nodes) {
    names.type = identifiers.unique(names.value + "_t");
    names.beat = identifiers.unique(names.value + "_beat");
    names.config = identifiers.unique(names.value + "_config");
    names.weight = identifiers.unique(names.value + "_weight");
    names.shift = identifiers.unique(names.value + "_shift");
    names.bias = identifiers.unique(names.value + "_bias");
    names.reciprocal = identifiers.unique(names.value + "_reciprocal");
    names.table = identifiers.unique(names.value + "_table");
    names.threshold = identifiers.unique(names.value + "_threshold");
  }
  return nodes;
}

// A stream is called after the node whose values it carries, and after what moved them.
std::vector<std::string> name_streams(const Design& design, names::Identifiers& identifiers) {
  const dataflow::Network& network = design.network;
  std::vector<const Process*> writers(network.streams.size());
  for (const Process& process : network.processes)
    for (StreamId output : process.outputs) writers[output] = &process;
  std::vector<std::string> names;
  for (StreamId id = 0; id < std::ssize(network.streams); ++id) {
    const dataflow::Stream& stream = network.streams[id];
    const std::string& value = design.nodes[stream.node].value;
    if (stream.is_port) {
      names.push_back(id == network.input ? "in" : "out");
    } else if (dataflow::computes(*writers[id])) {
      names.push_back(value);
    } else {
      const bool is_copy = std::holds_alternative<dataflow::Clone>(writers[id]->work);
      names.push_back(identifiers.unique(value + (is_copy ? "_copy" : "_in_order")));
    }
  }
  return names;
}

}  // namespace

Design make_design(const dataflow::Network& network, const Vendor& vendor, const std::string& top) {
  check_top(top, vendor.reserved);
  names::Identifiers identifiers(vendor.reserved);
  for (const char* name :
       {"in", "out", "s_axis", "m_axis", "input_axis", "output_axis", kFrameEnds})
    identifiers.take(name);
  identifiers.take("types");  // a file beside the top's
  Design design{.network = network,
                .vendor = vendor,
                .top = {},
                .space = {},
                .nodes = {},
                .streams = {},
                .input = board::make_port(network, network.input, "s_axis"),
                .output = board::make_port(network, network.output, "m_axis")};
  std::string wanted = top.empty() ? network.model().name : top;
  if (names::is_hdl_keyword(wanted)) wanted += "_top";
  design.top = identifiers.unique(wanted);
  design.space = identifiers.unique(design.top + "_net");
  identifiers.take("network");
  identifiers.take("output_names");  // of the top's header
  design.nodes = name_nodes(network.model(), identifiers);
  design.streams = name_streams(design, identifiers);
  return design;
}

}  // namespace qfx::backends::hls
