#include "imports/passes/edit.h"

#include <algorithm>
#include <set>
#include <utility>

#include "imports/operators/call.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::imports {
namespace {

// The value nearest before the node that the file names and that is computed; empty where there is
// none.
std::string cut_before(const Source& source, const Node& node) {
  const Links links(source);
  std::vector<std::string> front = node.inputs;
  std::set<std::string> seen;
  while (!front.empty()) {
    std::vector<std::string> next;
    for (const std::string& value : front) {
      if (value.empty() || !seen.insert(value).second) continue;
      const Node* maker = links.maker(value);
      if (maker == nullptr) continue;
      if (!is_new_name(value) && value.find('#') == value.npos) return value;
      next.insert(next.end(), maker->inputs.begin(), maker->inputs.end());
    }
    front = std::move(next);
  }
  return "";
}

}  // namespace

Links::Links(const Source& source) {
  for (const Node& node : source.nodes) {
    for (const std::string& output : node.outputs) {
      if (!output.empty()) makers_[output] = &node;
    }
    for (const std::string& input : node.inputs) ++uses_[input];
  }
  for (const std::string& output : source.outputs) ++uses_[output];
}

const Node* Links::maker(const std::string& value) const {
  const auto found = makers_.find(value);
  return found == makers_.end() ? nullptr : found->second;
}

int Links::uses(const std::string& value) const {
  const auto found = uses_.find(value);
  return found == uses_.end() ? 0 : found->second;
}

const Tensor* constant(const Source& source, const std::string& value) {
  const auto found = source.constants.find(value);
  return found == source.constants.end() ? nullptr : &found->second;
}

std::optional<double> scalar(const Source& source, const std::string& value) {
  const Tensor* tensor = constant(source, value);
  if (tensor == nullptr || tensor->is_integer || tensor->reals.empty()) return std::nullopt;
  const double first = tensor->reals.front();
  for (const double other : tensor->reals) {
    if (other != first) return std::nullopt;
  }
  return first;
}

const Shape& shape_of(const Source& source, const std::string& value) {
  if (const Tensor* tensor = constant(source, value)) return tensor->shape;
  const auto found = source.shapes.find(value);
  QFX_ASSERT(found != source.shapes.end());
  return found->second;
}

std::string add_constant(Source& source, const std::string& like, Tensor tensor) {
  std::string name = new_name(source, like);
  source.constants.emplace(name, std::move(tensor));
  return name;
}

Node made(const Node& like, const std::string& op, std::vector<std::string> inputs,
          std::string output) {
  Node node{.name = like.name,
            .domain = "",
            .op = op,
            .opset = kNewest,
            .inputs = std::move(inputs),
            .outputs = {std::move(output)}};
  node.origins = like.origins;
  return node;
}

Rewriter::Rewriter(Source& source) : source_(source), before_(source.nodes), links_(source) {}

void Rewriter::keep(Node node) {
  after_.push_back(std::move(node));
}

void Rewriter::skip(const std::string& from, const std::string& to) {
  instead_[from] = to;
  changed_ = true;
}

bool Rewriter::finish() {
  const auto resolve = [&](std::string& value) {
    for (auto found = instead_.find(value); found != instead_.end(); found = instead_.find(value)) {
      value = found->second;
    }
  };
  for (Node& node : after_) std::ranges::for_each(node.inputs, resolve);
  std::ranges::for_each(source_.outputs, resolve);
  source_.nodes = std::move(after_);
  return changed_;
}

std::optional<std::vector<double>> scales_along(const Tensor& scale, const Shape& shape,
                                                std::size_t axis) {
  const auto count = static_cast<std::size_t>(shape.at(axis));
  if (scale.size() == 1) return std::vector<double>(count, scale.reals[0]);
  if (broadcast(scale.shape, shape) != shape) return std::nullopt;
  const auto from = broadcast_index(scale.shape, shape);
  const std::int64_t inner = strides_of(shape)[axis];
  std::vector<double> scales(count, 0);
  for (std::size_t i = 0; i < from.size(); ++i) {
    double& entry = scales[static_cast<std::int64_t>(i) / inner % shape[axis]];
    const double value = scale.reals[from[i]];
    if (entry != 0 && entry != value) return std::nullopt;
    entry = value;
  }
  return scales;
}

bool drop_dead(Source& source) {
  std::set<std::string> needed(source.outputs.begin(), source.outputs.end());
  std::vector<Node> kept;
  for (auto node = source.nodes.rbegin(); node != source.nodes.rend(); ++node) {
    const bool is_needed = std::ranges::any_of(
        node->outputs, [&](const std::string& output) { return needed.contains(output); });
    if (is_needed) {
      // A mask or a list of indices that nobody reads is as good as not given.
      for (std::size_t i = 1; i < node->outputs.size(); ++i) {
        if (!needed.contains(node->outputs[i])) node->outputs[i].clear();
      }
      needed.insert(node->inputs.begin(), node->inputs.end());
      kept.push_back(std::move(*node));
    }
  }
  const bool changed = kept.size() != source.nodes.size();
  std::ranges::reverse(kept);
  source.nodes = std::move(kept);
  std::erase_if(source.grids, [&](const auto& entry) { return !needed.contains(entry.first); });
  std::erase_if(source.constants, [&](const auto& entry) { return !needed.contains(entry.first); });
  return changed;
}

void refuse(const Source& source, const Node& node, const std::string& what) {
  const std::string before = cut_before(source, node);
  user_error("{}: {}{}", called(node), what,
             before.empty()
                 ? ""
                 : "; the network up to it is imported with --outputs " + in_quotes(before));
}

}  // namespace qfx::imports
