#include "backends/verilog/design.h"

#include "backends/names/identifiers.h"

#include "qfx/backends/engine_modules.h"
#include "qfx/base/error.h"
#include "qfx/graph/outputs.h"

namespace qfx::backends::verilog {
namespace {

// The modules of support/verilog.
constexpr std::string_view kOwnPrefix = "qfx_";

bool is_own(std::string_view name) {
  if (name.size() < kOwnPrefix.size()) return false;
  std::string begin;
  for (char c : name.substr(0, kOwnPrefix.size()))
    begin += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return begin == kOwnPrefix;
}

void check_top(const std::string& top) {
  if (top.empty() || (names::is_identifier(top, names::verilog_keywords()) && !is_own(top) &&
                      !names::is_hdl_keyword(top)))
    return;
  user_error(
      "the top module cannot be called '{}': it must be letters, digits and single underscores, at "
      "most {} long, with a lower-case letter among them, no word of C++, SystemVerilog or VHDL, "
      "and not begin with {}",
      top, names::kMaxIdentifierLength, kOwnPrefix);
}

std::string name_of_top(const std::string& wanted) {
  names::Identifiers identifiers(names::verilog_keywords());
  std::string name = identifiers.unique(wanted);
  if (is_own(name)) name = identifiers.unique("n_" + name);
  if (names::is_hdl_keyword(name)) name = identifiers.unique(name + "_top");
  return name;
}

std::int64_t lanes_of(const circuit::Circuit& circuit, circuit::LinkId link) {
  return circuit.links[static_cast<std::size_t>(link)].lanes;
}

// One is m_axis, several are m_axis_ and their nodes' names made legal.
std::vector<board::Port> make_outputs(const circuit::Circuit& circuit) {
  const dataflow::Network& network = circuit.network;
  const std::vector<graph::NodeId> ids = graph::output_ids(network.model());
  names::Identifiers identifiers(names::verilog_keywords());
  std::vector<board::Port> ports;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string name =
        ids.size() == 1 ? "m_axis" : "m_axis_" + identifiers.unique(network.node(ids[i]).name);
    ports.push_back(board::make_output(network, i, name, lanes_of(circuit, circuit.outputs[i])));
  }
  return ports;
}

std::int64_t rounded_up(std::int64_t value, std::int64_t divisor) {
  return (value + divisor - 1) / divisor;
}

}  // namespace

Design make_design(const circuit::Circuit& circuit, const std::string& top) {
  check_top(top);
  const dataflow::Network& network = circuit.network;
  Design design{.circuit = circuit,
                .top = name_of_top(top.empty() ? network.model().name : top),
                .engines = {},
                .input = board::make_input(network, "s_axis", lanes_of(circuit, circuit.input)),
                .outputs = make_outputs(circuit)};
  names::Identifiers identifiers(names::verilog_keywords());
  for (const circuit::Engine& engine : circuit.engines)
    design.engines.push_back(design.top + "__" + identifiers.unique(engine.name));
  return design;
}

std::int64_t frames_in_flight(const circuit::Circuit& circuit) {
  std::int64_t frames = 2;  // one coming in, one going out
  for (const circuit::Link& link : circuit.links) frames += rounded_up(link.depth, link.words());
  for (const circuit::Engine& engine : circuit.engines) {
    std::int64_t steps = 0;
    for (const circuit::Round& round : engine.behaviour.rounds) steps += round.count;
    const circuit::Link& in = circuit.links[static_cast<std::size_t>(engine.inputs.front())];
    frames += rounded_up(engine.latency, steps) + rounded_up(engine.behaviour.buffer, in.words());
  }
  return frames;
}

}  // namespace qfx::backends::verilog

namespace qfx::backends {

std::vector<std::string> engine_modules(const circuit::Circuit& circuit, const std::string& top) {
  return verilog::make_design(circuit, top).engines;
}

}  // namespace qfx::backends
