// What both states of a model share: names, order, arities, shapes.
#pragma once

#include <cstddef>
#include <fmt/format.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/model/limits.h"
#include "graph/model/node_error.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/graph.h"
#include "qfx/graph/infer_shape.h"
#include "qfx/graph/links.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/print.h"
#include "qfx/graph/table.h"

namespace qfx::graph {

// Printable ASCII of a sensible length: fit for messages, logs, JSON and file names of any program.
bool is_legal_name(const std::string& name);

// The formats of a model: a width that 32-bit integers hold, a binary point within the limits,
// modes that exist. `tensor` names it in the message.
void check_format(const fixed::Format& format, const std::string& tensor);

// What the network is for: names of its outputs, and an input to rebuild.
void check_task(const Task& task, const std::string& model, const Shape& input,
                const Shape& output);

// A task is for one output.
void check_task_of_several(const Task& task, const std::string& model, std::size_t outputs);

// Every value goes somewhere, and what the network is for fits its outputs.
void check_outputs(const auto& model) {
  const auto& nodes = model.nodes;
  const auto node_count = static_cast<NodeId>(nodes.size());
  std::set<NodeId> taken;
  for (const NodeId id : model.outputs) {
    if (id < 0 || id >= node_count)
      user_error("model '{}': node {} is given as an output, and it has nodes 0 to {}", model.name,
                 id, node_count - 1);
    if (id == 0)
      node_error(nodes[id],
                 "the input is given as an output; only what the network computes leaves it: put a "
                 "cast behind the input");
    if (!taken.insert(id).second)
      node_error(nodes[id], "it is given as an output twice; each leaves the network once");
  }
  const std::vector<int> used = uses(model);
  for (NodeId id = 0; id < node_count; ++id) {
    if (used[id] == 0)
      node_error(nodes[id], "no node reads it, and it is no output of the network");
  }
  if (taken.size() > 1) {
    check_task_of_several(model.task, model.name, taken.size());
  } else {
    check_task(model.task, model.name, nodes.front().shape, first_output(model).shape);
  }
}

// Everything that does not depend on numbers. After it, ids and shapes may be relied on.
void check_structure(const auto& model) {
  const auto& nodes = model.nodes;
  const auto node_count = static_cast<std::int64_t>(nodes.size());
  if (!is_legal_name(model.name))
    user_error("the model's name {} must be 1 to {} printable ASCII characters",
               in_quotes(model.name), kMaxNameLength);
  if (node_count < 2 || node_count > kMaxNodes)
    user_error(
        "model '{}': the number of its nodes is {}, allowed are 2 (the input and one more) to {}",
        model.name, node_count, kMaxNodes);

  std::set<std::string> tensors;
  for (std::int64_t id = 0; id < node_count; ++id) {
    const auto& node = nodes[id];
    if (!is_legal_name(node.name))
      user_error("node {} has the name {}; a name is 1 to {} printable ASCII characters", id,
                 in_quotes(node.name), kMaxNameLength);
    if (!tensors.insert(node.name).second)
      node_error(node, "another tensor has this name; names are unique");
    if (std::holds_alternative<Input>(node.op) != (id == 0))
      node_error(node, "it is node {}; node 0 and no other is the input", id);
    for (NodeId input : node.inputs) {
      if (input < 0 || input >= id)
        node_error(node, "it is node {} and reads node {}; a node reads only nodes before it", id,
                   input);
    }
    const Shape shape = infer_shape(node.op, input_shapes(nodes, node), node.name);
    if (node.shape != shape)
      node_error(node, "its shape is given as {}, its inputs make it {}", to_string(node.shape),
                 to_string(shape));
    for (const auto& [role, unused] : node.params) {
      const std::string tensor = tensor_name(node.name, role);
      if (!tensors.insert(tensor).second)
        node_error(node, "another tensor is called '{}'; names are unique", tensor);
    }
  }
  check_outputs(model);
}

// A fractional convolution takes the two bits of its input apart.
void check_levels_input(const auto& nodes, const auto& node) {
  if (!std::holds_alternative<FractionalConv2d>(node.op)) return;
  const auto& input = nodes[node.inputs[0]];
  const auto* levels = std::get_if<QuantSign>(&input.op);
  if (levels == nullptr || levels->bits != 2)
    node_error(node,
               "it reads '{}', a {}; its input must be a quant_sign with bits = 2, whose values it "
               "takes apart; put one between them",
               input.name, describe(input.op));
}

// A table has an entry for every value of the node's input.
void check_table_input(const auto& node, const auto& input, int width) {
  if (width > kMaxTableInputWidth)
    node_error(
        node,
        "its input '{}' has {} bits, and a table with an entry for every value of it takes at "
        "most {}; narrow '{}' to {} bits, or put a cast to that width between them",
        input.name, width, kMaxTableInputWidth, input.name, kMaxTableInputWidth);
}

// A node has exactly the expected parameters, of the right shapes.
void check_param_shapes(const auto& node, const ByRole<Shape>& expected) {
  for (const auto& [role, param] : node.params) {
    if (!expected.contains(role))
      node_error(node, "it has a parameter '{}' that this kind does not have", to_string(role));
  }
  for (const auto& [role, shape] : expected) {
    const auto* param = find(node.params, role);
    if (param == nullptr) node_error(node, "its parameter '{}' is missing", to_string(role));
    if (param->shape != shape)
      node_error(node, "its parameter '{}' has shape {}, it must be {}", to_string(role),
                 to_string(param->shape), to_string(shape));
  }
}

}  // namespace qfx::graph
