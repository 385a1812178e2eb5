#include "frontends/unmultiplied.h"

#include <algorithm>
#include <variant>

#include "qfx/graph/links.h"
#include "qfx/graph/outputs.h"

namespace qfx::frontends {
namespace {

template <class... Kinds>
bool is_one_of(const graph::Op& op) {
  return (std::holds_alternative<Kinds>(op) || ...);
}

bool is_activation(const graph::Op& op) {
  return is_one_of<graph::Relu, graph::LeakyRelu, graph::Prelu, graph::Clip>(op);
}

// Their output may be one; where it is, so may their inputs be.
bool passes_sums_on(const graph::Op& op) {
  return is_one_of<graph::Add, graph::Sub, graph::BatchNorm, graph::Affine, graph::Offset,
                   graph::MaxPool2d>(op);
}

bool is_sum(const graph::Op& op) {
  return is_one_of<graph::Conv2d, graph::Linear>(op) || passes_sums_on(op);
}

bool passes_values_out(const graph::Op& op) {
  return passes_sums_on(op) || graph::keeps_format(op) ||
         is_one_of<graph::Softmax, graph::Function, graph::Concat, graph::Cast>(op);
}

}  // namespace

std::vector<bool> preactivations(const graph::Model& model) {
  const auto readers = graph::readers(model.nodes);
  const std::vector<int> uses = graph::uses(model);
  std::vector<bool> result(model.nodes.size());
  for (std::size_t id = model.nodes.size(); id-- > 0;) {
    const std::vector<graph::NodeId>& of = readers[id];
    const bool leaves = uses[id] > std::ssize(of);
    result[id] = is_sum(model.nodes[id].op) && !of.empty() && !leaves &&
                 std::ranges::all_of(of, [&](graph::NodeId reader) {
                   const graph::Op& op = model.nodes[reader].op;
                   return is_activation(op) || (passes_sums_on(op) && result[reader]);
                 });
  }
  return result;
}

std::vector<bool> leaving(const graph::Model& model) {
  const auto readers = graph::readers(model.nodes);
  std::vector<bool> result(model.nodes.size());
  for (std::size_t id = model.nodes.size(); id-- > 0;)
    result[id] = std::ranges::all_of(readers[id], [&](graph::NodeId reader) {
      return passes_values_out(model.nodes[reader].op) && result[reader];
    });
  return result;
}

}  // namespace qfx::frontends
