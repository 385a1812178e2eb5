#include "backends/vitis/plan.h"

#include <algorithm>

#include "backends/identifiers.h"
#include "backends/vitis/fifo_depth.h"

#include "qfx/base/error.h"

namespace qfx::backends::vitis {
namespace {

using graph::NodeId;

void refuse(const graph::FrozenNode& node, const fixed::Format& format) {
  if (format.rounding == fixed::Rounding::RND_CONV_ODD)
    user_error(
        "node '{}' uses {}: ap_fixed has no RND_CONV_ODD; choose another rounding, or a target on "
        "ac_fixed",
        node.name, fixed::to_string(format));
}

// Parameters are constants: only their numbers are exported, their rounding is history.
void refuse_what_vitis_cannot(const graph::FrozenModel& model) {
  for (const graph::FrozenNode& node : model.nodes) refuse(node, node.format);
}

class Planner {
 public:
  Planner(const graph::Analyzed& model, const std::string& top) : plan_(model) {
    name(top);
  }

  Plan run() {
    count_uses();
    for (NodeId id = 0; id < count(); ++id) add(id);
    const NodeId result = plan_.source.back();
    plan_.output = take(result);
    if (result == 0 && plan_.processes.empty()) {
      const StreamId out = port("out", result);
      plan_.processes.push_back({ProcessKind::Copy, result, {plan_.output}, {out}});
      plan_.output = out;
    }
    set_fifo_depths(plan_);
    return std::move(plan_);
  }

 private:
  NodeId count() const { return static_cast<NodeId>(plan_.model().nodes.size()); }

  void name(const std::string& top) {
    if (!top.empty() && (!is_identifier(top) || is_hdl_keyword(top)))
      user_error(
          "the top function cannot be called '{}': it must be a C++ identifier of letters, digits "
          "and "
          "single underscores, at most {} long, with a lower-case letter among them, and no word "
          "of C++, "
          "Verilog or VHDL",
          top, kMaxIdentifierLength);
    identifiers_.take("in");
    identifiers_.take("out");
    identifiers_.take("types");  // a file beside the top's
    std::string name = top.empty() ? plan_.model().name : top;
    if (is_hdl_keyword(name)) name += "_top";
    plan_.top = identifiers_.unique(name);
    plan_.space = identifiers_.unique(plan_.top + "_net");
    identifiers_.take("network");
    // Values first, so that a layer keeps its own name wherever that is possible.
    for (const graph::FrozenNode& node : plan_.model().nodes)
      plan_.names.emplace_back().value = identifiers_.unique(node.name);
    for (NodeNames& names : plan_.names) {
      names.type = identifiers_.unique(names.value + "_t");
      names.beat = identifiers_.unique(names.value + "_beat");
      names.config = identifiers_.unique(names.value + "_config");
      names.weight = identifiers_.unique(names.value + "_weight");
      names.shift = identifiers_.unique(names.value + "_shift");
      names.bias = identifiers_.unique(names.value + "_bias");
      names.reciprocal = identifiers_.unique(names.value + "_reciprocal");
      names.table = identifiers_.unique(names.value + "_table");
    }
  }

  void count_uses() {
    for (NodeId id = 0; id < count(); ++id) {
      const graph::FrozenNode& node = plan_.node(id);
      plan_.source.push_back(graph::keeps_format(node.op) ? plan_.source[node.inputs[0]] : id);
      uses_.push_back(0);
      if (graph::keeps_format(node.op)) continue;
      for (NodeId input : node.inputs) ++uses_[plan_.source[input]];
    }
    ++uses_[plan_.source.back()];
    ends_.resize(count());
  }

  Layout layout_of(NodeId id) const {
    const graph::FrozenNode& node = plan_.node(id);
    const auto input = [&] { return plan_.layouts[node.inputs[0]]; };
    const auto own = [&] { return vitis::layout_of(node.shape); };
    const auto common = [&] {
      return input() == plan_.layouts[node.inputs[1]] ? input() : vector_layout(node.shape[0]);
    };
    return std::visit(graph::Overloaded{
                          [&](const graph::Input&) { return own(); },
                          [&](const graph::Cast&) { return input(); },
                          [&](const graph::Conv2d&) { return own(); },
                          [&](const graph::Linear&) { return own(); },
                          [&](const graph::BatchNorm&) { return input(); },
                          [&](const graph::Relu&) { return input(); },
                          [&](const graph::Clip&) { return input(); },
                          [&](const graph::Prelu&) { return input(); },
                          [&](const graph::LeakyRelu&) { return input(); },
                          [&](const graph::Shift&) { return input(); },
                          [&](const graph::MaxPool2d&) { return own(); },
                          [&](const graph::AvgPool2d&) { return own(); },
                          [&](const graph::GlobalAvgPool2d&) { return own(); },
                          [&](const graph::Add&) { return common(); },
                          [&](const graph::Sub&) { return common(); },
                          [&](const graph::Mul&) { return common(); },
                          [&](const graph::Concat&) { return own(); },
                          [&](const graph::Flatten&) { return input(); },
                          [&](const graph::Unsqueeze&) { return input(); },
                          [&](const graph::Function&) { return input(); },
                          [&](const graph::Softmax&) { return input(); },
                      },
                      node.op);
  }

  StreamId stream(const std::string& name, NodeId node, const Layout& layout) {
    plan_.streams.push_back({.name = name, .node = node, .layout = layout});
    return static_cast<StreamId>(plan_.streams.size()) - 1;
  }

  StreamId port(const std::string& name, NodeId node) {
    const StreamId id = stream(name, node, plan_.layouts[node]);
    plan_.streams[id].is_port = true;
    return id;
  }

  void add(NodeId id) {
    const graph::FrozenNode& node = plan_.node(id);
    plan_.layouts.push_back(layout_of(id));
    if (graph::keeps_format(node.op)) {
      Trace trace = plan_.traces[node.inputs[0]];
      trace.node = id;
      plan_.traces.push_back(trace);
      return;
    }
    Process process{ProcessKind::Layer, id, {}, {}};
    for (NodeId input : node.inputs) process.inputs.push_back(read(input, id));
    StreamId value;
    if (id == 0) {
      value = plan_.input = port("in", 0);
    } else {
      const bool is_result = id == plan_.source.back() && uses_[id] == 1;
      value = is_result ? port("out", id) : stream(plan_.names[id].value, id, plan_.layouts[id]);
      process.outputs = {value};
      plan_.processes.push_back(process);
    }
    plan_.traces.push_back({id, value, static_cast<int>(plan_.processes.size()) - 1});
    fan_out(id, value);
  }

  // One end of the stream for each reader: a chain of clones.
  void fan_out(NodeId id, StreamId value) {
    const std::string& name = plan_.names[id].value;
    for (int left = uses_[id]; left > 1; --left) {
      const bool feeds_port = id == plan_.source.back() && left == 2;
      const StreamId first = stream(identifiers_.unique(name + "_copy"), id, plan_.layouts[id]);
      const StreamId rest =
          feeds_port ? port("out", id)
                     : stream(identifiers_.unique(name + "_copy"), id, plan_.layouts[id]);
      plan_.processes.push_back({ProcessKind::Clone, id, {value}, {first, rest}});
      ends_[id].push_back(first);
      value = rest;
    }
    ends_[id].push_back(value);
    std::ranges::reverse(ends_[id]);  // the output port is taken last, from the front
  }

  StreamId take(NodeId source) {
    const StreamId id = ends_[source].back();
    ends_[source].pop_back();
    return id;
  }

  // How `reader` needs the values of `input`. Only where tensors meet does their order matter.
  Layout wanted_layout(NodeId input, NodeId reader) const {
    const graph::FrozenNode& node = plan_.node(reader);
    const Layout& given = plan_.layouts[input];
    if (std::holds_alternative<graph::Concat>(node.op)) {
      const bool is_flattened = node.shape.size() == 1 && given.order == Order::Pixels;
      return is_flattened ? vector_layout(given.elements()) : given;
    }
    return node.inputs.size() > 1 ? plan_.layouts[reader] : given;
  }

  // The stream from which `reader` takes the values of `input`, in the order it needs.
  StreamId read(NodeId input, NodeId reader) {
    const NodeId source = plan_.source[input];
    const StreamId from = take(source);
    const Layout wanted = wanted_layout(input, reader);
    if (plan_.layouts[input] == wanted) return from;
    const StreamId to =
        stream(identifiers_.unique(plan_.names[source].value + "_in_order"), source, wanted);
    plan_.processes.push_back({ProcessKind::Reorder, source, {from}, {to}});
    return to;
  }

  Plan plan_;
  Identifiers identifiers_;
  std::vector<int> uses_;  // readers of a node's stream, the top's output among them
  std::vector<std::vector<StreamId>> ends_;  // not yet taken
};

}  // namespace

Plan make_plan(const graph::Analyzed& model, const std::string& top) {
  refuse_what_vitis_cannot(model.model());
  return Planner(model, top).run();
}

}  // namespace qfx::backends::vitis
