#include "backends/hls/design.h"

#include <algorithm>

#include "backends/names/identifiers.h"

#include "qfx/base/error.h"
#include "qfx/graph/outputs.h"

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
    names.row_factors = identifiers.unique(names.value + "_row_factors");
    names.column_factors = identifiers.unique(names.value + "_column_factors");
    names.table = identifiers.unique(names.value + "_table");
    names.threshold = identifiers.unique(names.value + "_threshold");
    names.blocks = identifiers.unique(names.value + "_blocks");
    names.steps = identifiers.unique(names.value + "_steps");
    names.wires = identifiers.unique(names.value + "_wires");
  }
  return nodes;
}

// A stream is called after the node whose values it carries, and after what moved them.
std::vector<std::string> name_streams(const Design& design, names::Identifiers& identifiers) {
  const dataflow::Network& network = design.network;
  std::vector<const Process*> writers(network.streams.size());
  for (const Process& process : network.processes)
    for (StreamId output : process.outputs) writers[output] = &process;
  const auto port_name = [&](StreamId id) -> std::string {
    if (id == network.input) return "in";
    if (network.outputs.size() == 1) return "out";
    const auto at = std::ranges::find(network.outputs, id) - network.outputs.begin();
    return identifiers.unique("out_" + design.nodes[design.outputs[at].node].value);
  };
  std::vector<std::string> names;
  for (StreamId id = 0; id < std::ssize(network.streams); ++id) {
    const dataflow::Stream& stream = network.streams[id];
    const std::string& value = design.nodes[stream.node].value;
    if (stream.is_port) {
      names.push_back(port_name(id));
    } else if (dataflow::computes(*writers[id])) {
      names.push_back(value);
    } else {
      const bool is_copy = std::holds_alternative<dataflow::Clone>(writers[id]->work);
      names.push_back(identifiers.unique(value + (is_copy ? "_copy" : "_in_order")));
    }
  }
  return names;
}

// One output has the names that are taken for it, several those of their nodes.
std::vector<Output> name_outputs(const Design& design, names::Identifiers& identifiers) {
  const std::vector<graph::NodeId> ids = graph::output_ids(design.network.model());
  std::vector<Output> outputs;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool is_only = ids.size() == 1;
    const std::string& value = design.nodes[ids[i]].value;
    const auto named = [&](const char* only, const std::string& wanted) {
      return is_only ? std::string(only) : identifiers.unique(wanted);
    };
    outputs.push_back({ids[i],
                       board::make_output(design.network, i, named("m_axis", "m_axis_" + value)),
                       named("output_axis", value + "_axis"),
                       named(kFrameEnds, fmt::format("{}_{}", kFrameEnds, value)),
                       {}});
  }
  for (std::size_t i = 0; i + 1 < outputs.size(); ++i)
    outputs[i].others_ends = i + 2 == outputs.size()
                                 ? outputs[i + 1].frame_ends
                                 : identifiers.unique(outputs[i].frame_ends + "_rest");
  return outputs;
}

}  // namespace

std::vector<std::string> Design::frame_ends() const {
  std::vector<std::string> names{kFrameEnds};
  if (outputs.size() == 1) return names;
  for (const Output& output : outputs) {
    names.push_back(output.frame_ends);
    if (&output + 2 < outputs.data() + outputs.size()) names.push_back(output.others_ends);
  }
  return names;
}

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
                .input = board::make_input(network, "s_axis"),
                .outputs = {}};
  std::string wanted = top.empty() ? network.model().name : top;
  if (names::is_hdl_keyword(wanted)) wanted += "_top";
  design.top = identifiers.unique(wanted);
  design.space = identifiers.unique(design.top + "_net");
  identifiers.take("network");
  identifiers.take("output_names");  // of the top's header
  design.nodes = name_nodes(network.model(), identifiers);
  design.outputs = name_outputs(design, identifiers);
  design.streams = name_streams(design, identifiers);
  return design;
}

}  // namespace qfx::backends::hls
