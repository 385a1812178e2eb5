#include "qfx/dataflow/lower.h"

#include <algorithm>
#include <utility>

#include "dataflow/fifo_depth.h"
#include "dataflow/work.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/form.h"
#include "qfx/graph/outputs.h"

namespace qfx::dataflow {
namespace {

using graph::NodeId;

// The node itself, or the one whose stream it keeps.
std::vector<NodeId> sources_of(const graph::FrozenModel& model) {
  std::vector<NodeId> sources;
  for (const graph::FrozenNode& node : model.nodes) {
    const auto id = static_cast<NodeId>(sources.size());
    sources.push_back(graph::renames(node.op) ? sources[node.inputs[0]] : id);
  }
  return sources;
}

// How each tensor lies on its stream: as its shape says, or as that of its inputs where no element
// changes its place.
std::vector<Layout> layouts_of(const graph::FrozenModel& model) {
  std::vector<Layout> layouts;
  for (const graph::FrozenNode& node : model.nodes) {
    const auto own = [&] { return layout_of(node.shape); };
    const auto kept = [&] { return layouts[node.inputs[0]]; };
    const auto common = [&] {
      const bool agree =
          std::ranges::all_of(node.inputs, [&](NodeId input) { return layouts[input] == kept(); });
      return agree ? kept() : vector_layout(node.shape[0]);
    };
    const Layout layout = std::visit(graph::Overloaded{
                                         [&](const graph::Source&) { return own(); },
                                         [&](const graph::Map&) { return common(); },
                                         [&](const graph::ByChannel&) { return own(); },
                                         [&](const graph::Window&) { return own(); },
                                         [&](const graph::Plane&) { return own(); },
                                         [&](const graph::Dot&) { return own(); },
                                         [&](const graph::Spread&) { return own(); },
                                         [&](const graph::Join&) { return own(); },
                                         [&](const graph::Rename&) { return kept(); },
                                         [&](const graph::Move&) { return own(); },
                                         [&](const graph::Normalise&) { return kept(); },
                                     },
                                     graph::form_of(node.op));
    layouts.push_back(layout);
  }
  return layouts;
}

// The elements' order counts: tensors are put together from it, elements are found by it, or
// additions follow it.
bool needs_order(const graph::Op& op) {
  const graph::Form form = graph::form_of(op);
  return std::holds_alternative<graph::Join>(form) || std::holds_alternative<graph::Spread>(form) ||
         std::holds_alternative<graph::Move>(form) || graph::accumulator_of(op) != nullptr;
}

bool is_by_channel(const graph::Op& op) {
  return std::holds_alternative<graph::ByChannel>(graph::form_of(op));
}

// How a node needs the values of `input`.
Layout wanted_layout(const Network& network, NodeId input, NodeId reader) {
  const graph::FrozenNode& node = network.node(reader);
  const Layout& given = network.layouts[input];
  if (needs_order(node.op)) {
    const bool is_flattened = network.node(input).shape.size() == 1 && given.order == Order::Pixels;
    return is_flattened ? vector_layout(given.elements()) : given;
  }
  return node.inputs.size() > 1 ? network.layouts[reader] : given;
}

// Makes the processes in topological order and the streams between them, one for each reader.
class Connection {
 public:
  explicit Connection(Network& network)
      : network_(network), uses_(count(), 0), leave_(count(), 0), ends_(count()) {}

  void run() {
    count_uses();
    for (NodeId id = 0; id < count(); ++id) add(id);
    for (const NodeId id : graph::output_ids(network_.model()))
      network_.outputs.push_back(take(network_.source[id]));
    // A network that only renames its input.
    if (network_.processes.empty()) {
      const StreamId out = port(0);
      network_.processes.push_back({Copy{}, 0, network_.outputs, {out}});
      network_.outputs = {out};
    }
  }

 private:
  NodeId count() const { return static_cast<NodeId>(network_.model().nodes.size()); }

  void count_uses() {
    for (const graph::FrozenNode& node : network_.model().nodes) {
      if (graph::renames(node.op)) continue;
      for (NodeId input : node.inputs) ++uses_[network_.source[input]];
    }
    for (const NodeId id : graph::output_ids(network_.model())) {
      ++uses_[network_.source[id]];
      ++leave_[network_.source[id]];
    }
  }

  StreamId stream(NodeId node, const Layout& layout) {
    network_.streams.push_back({.node = node, .layout = layout});
    return static_cast<StreamId>(network_.streams.size()) - 1;
  }

  StreamId port(NodeId node) {
    const StreamId id = stream(node, network_.layouts[node]);
    network_.streams[id].is_port = true;
    return id;
  }

  void add(NodeId id) {
    const graph::FrozenNode& node = network_.node(id);
    if (graph::renames(node.op)) {
      Trace trace = network_.traces[node.inputs[0]];
      trace.node = id;
      network_.traces.push_back(trace);
      return;
    }
    std::vector<StreamId> inputs;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) inputs.push_back(read(i, id));
    StreamId value;
    if (id == 0) {
      value = network_.input = port(0);
    } else {
      const bool is_result = leave_[id] == 1 && uses_[id] == 1;
      value = is_result ? port(id) : stream(id, network_.layouts[id]);
      network_.processes.push_back(
          {work_of(network_.analyzed, id, network_.streams[inputs[0]].layout, network_.layouts[id]),
           id,
           inputs,
           {value}});
    }
    network_.traces.push_back({id, value, static_cast<int>(network_.processes.size()) - 1});
    fan_out(id, value);
  }

  // One end of the stream for each reader: a chain of clones, at whose end the ports are.
  void fan_out(NodeId id, StreamId value) {
    const auto end = [&](bool is_port) {
      return is_port ? port(id) : stream(id, network_.layouts[id]);
    };
    for (int left = uses_[id]; left > 1; --left) {
      const StreamId first = end(left <= leave_[id]);
      const StreamId rest = end(left == 2 && leave_[id] > 0);
      network_.processes.push_back({Clone{}, id, {value}, {first, rest}});
      ends_[id].push_back(first);
      value = rest;
    }
    ends_[id].push_back(value);
    std::ranges::reverse(ends_[id]);  // the output ports are taken last, from the front
  }

  StreamId take(NodeId source) {
    const StreamId id = ends_[source].back();
    ends_[source].pop_back();
    return id;
  }

  // The stream from which `reader` takes the values of its input `at`, in the order it needs.
  StreamId read(std::size_t at, NodeId reader) {
    const NodeId input = network_.node(reader).inputs[at], source = network_.source[input];
    const bool is_gate = is_by_channel(network_.node(reader).op) && at == 1;
    const StreamId from = take(source);
    if (is_gate) return repeated(source, from, network_.layouts[input], network_.layouts[reader]);
    return moved(Reorder{}, source, from, network_.layouts[input],
                 wanted_layout(network_, input, reader));
  }

  // One number for each channel, again for every pixel of `image`.
  StreamId repeated(NodeId source, StreamId from, const Layout& given, const Layout& image) {
    Layout vector = given;
    if (given.order == Order::Pixels) vector = vector_layout(given.elements());
    const StreamId in_order = moved(Reorder{}, source, from, given, vector);
    return moved(Repeat{image.beats}, source, in_order, vector, image);
  }

  StreamId moved(Work work, NodeId source, StreamId from, const Layout& given,
                 const Layout& wanted) {
    if (given == wanted) return from;
    const StreamId to = stream(source, wanted);
    network_.processes.push_back({std::move(work), source, {from}, {to}});
    return to;
  }

  Network& network_;
  std::vector<int> uses_;   // readers of a node's stream, the network's outputs among them
  std::vector<int> leave_;  // those of them that are outputs
  std::vector<std::vector<StreamId>> ends_;  // not yet taken
};

// More than these nobody reads in a message.
constexpr std::size_t kNamesTold = 20;

}  // namespace

void set_folds(Network& network, const Folding& folding) {
  std::vector<std::string> names;
  for (const Process& process : network.processes) {
    if (computes(process)) names.push_back(network.node(process.node).name);
  }
  for (const auto& [name, fold] : folding) {
    if (std::ranges::find(names, name) == names.end())
      user_error(
          "a fold is given for '{}', which is no layer of '{}' that computes; did you mean "
          "'{}'? {}",
          name, network.model().name, nearest(name, names),
          names.size() <= kNamesTold ? "Those that do: " + join(names, ", ")
                                     : "qfx inspect lists the layers");
  }
  for (Process& process : network.processes) {
    const auto found = folding.find(network.node(process.node).name);
    if (computes(process) && found != folding.end()) process.fold = found->second;
  }
}

Network lower(const graph::Analyzed& model, const Folding& folding) {
  Network network{
      .analyzed = model, .source = sources_of(model.model()), .layouts = layouts_of(model.model())};
  Connection(network).run();
  set_folds(network, folding);
  set_fifo_depths(network);
  return network;
}

}  // namespace qfx::dataflow
