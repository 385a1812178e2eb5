#include <algorithm>
#include <set>

#include "imports/operators/call.h"
#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

// The constant as one number for each of `channels` along axis 1 of `shape`; empty where it is not.
std::optional<std::vector<double>> by_channel(const Tensor& tensor, const Shape& shape) {
  if (tensor.shape.size() > shape.size() || shape.size() < 2) return std::nullopt;
  Shape aligned(shape.size() - tensor.shape.size(), 1);
  aligned.insert(aligned.end(), tensor.shape.begin(), tensor.shape.end());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool is_channel = i == 1 && (aligned[i] == shape[1] || aligned[i] == 1);
    if (!is_channel && aligned[i] != 1) return std::nullopt;
  }
  std::vector<double> values;
  for (std::int64_t c = 0; c < shape[1]; ++c)
    values.push_back(tensor.reals[tensor.size() == 1 ? 0 : c]);
  return values;
}

class Merge {
 public:
  explicit Merge(Source& source) : source_(source), rewriter_(source) {}

  bool run() {
    for (const Node& node : rewriter_.before()) {
      if (!rewrite(node)) rewriter_.keep(node);
    }
    return rewriter_.finish();
  }

 private:
  // The product behind a node and before it becomes one node, in the place of both: nobody else
  // reads it.
  bool rewrite(const Node& node) {
    if (taken_.contains(node.outputs[0])) return false;
    const bool is_sum = node.op == "Add";
    if ((!is_sum && node.op != "Mul") || node.inputs.size() != 2) return false;
    const Tensor* value = constant(source_, node.inputs[1]);
    const Node* before = rewriter_.links().maker(node.inputs[0]);
    if (value == nullptr || value->is_integer || before == nullptr) return false;
    // What the node before has become is not known here: the next round sees it.
    if (!rewriter_.links().read_once(node.inputs[0]) || taken_.contains(node.inputs[0]))
      return false;
    if (shape_of(source_, node.outputs[0]) != shape_of(source_, node.inputs[0])) return false;
    if (before->op == node.op) return same_kind(node, *before, *value);
    if (before->op != "Conv" && before->op != "Gemm") return false;
    const auto channels = by_channel(*value, shape_of(source_, node.outputs[0]));
    const Tensor* weight = constant(source_, before->inputs[1]);
    const bool has_bias = before->inputs.size() == 3 && !before->inputs[2].empty();
    const Tensor* bias = has_bias ? constant(source_, before->inputs[2]) : nullptr;
    const bool is_plain = before->op == "Conv" || before->attributes.size() == 1;
    if (!channels || weight == nullptr || (has_bias && bias == nullptr) || !is_plain) return false;
    // Weights that the file has as integers stay these.
    const auto& grids = source_.grids;
    const bool is_fixed = grids.contains(before->inputs[1]);
    if (is_fixed && (!is_sum || (bias != nullptr && grids.contains(before->inputs[2])))) return false;
    into_product(node, *before, *channels, *weight, bias);
    return true;
  }

  void into_product(const Node& node, const Node& before, const std::vector<double>& channels,
                    const Tensor& weight, const Tensor* bias) {
    const bool is_sum = node.op == "Add";
    const auto outputs = static_cast<std::int64_t>(channels.size());
    std::vector<double> added(channels.size(), 0);
    if (bias != nullptr) added = bias->reals;
    for (std::size_t o = 0; o < channels.size(); ++o)
      added[o] = is_sum ? added[o] + channels[o] : added[o] * channels[o];
    Node product = before;
    product.outputs = node.outputs;
    product.origins.insert(product.origins.end(), node.origins.begin(), node.origins.end());
    product.inputs.resize(3);
    if (is_sum || bias != nullptr)
      product.inputs[2] = add_constant(source_, "bias", Tensor::of({outputs}, added));
    if (is_sum && bias == nullptr) keep_grid(node, product.inputs[2], outputs);
    if (!is_sum) {
      Tensor scaled = weight;
      const std::int64_t each = scaled.size() / outputs;
      for (std::int64_t i = 0; i < scaled.size(); ++i) scaled.reals[i] *= channels[i / each];
      product.inputs[1] = add_constant(source_, before.inputs[1], std::move(scaled));
    }
    taken_.insert(node.outputs[0]);
    rewriter_.keep(std::move(product));
    rewriter_.change();
  }

  // A constant that becomes a bias keeps the grid that it lies on.
  void keep_grid(const Node& sum, const std::string& bias, std::int64_t outputs) {
    const auto found = source_.grids.find(sum.inputs[1]);
    if (found == source_.grids.end()) return;
    Grid grid = found->second;
    const auto scales = by_channel(grid.scale, shape_of(source_, sum.outputs[0]));
    if (!scales) return;
    grid.scale = Tensor::of({outputs}, *scales);
    source_.grids[bias] = std::move(grid);
  }

  // x + a + b and x * a * b.
  bool same_kind(const Node& node, const Node& before, const Tensor& value) {
    const Tensor* first = constant(source_, before.inputs[1]);
    if (first == nullptr || first->is_integer) return false;
    const Shape shape = broadcast(first->shape, value.shape);
    if (shape.size() > shape_of(source_, node.outputs[0]).size()) return false;
    const auto at_a = broadcast_index(first->shape, shape),
               at_b = broadcast_index(value.shape, shape);
    Tensor both{.shape = shape};
    for (std::size_t i = 0; i < at_a.size(); ++i) {
      const double a = first->reals[at_a[i]], b = value.reals[at_b[i]];
      both.reals.push_back(node.op == "Add" ? a + b : a * b);
    }
    Node merged = made(node, node.op,
                       {before.inputs[0], add_constant(source_, node.inputs[1], std::move(both))},
                       node.outputs[0]);
    merged.origins.insert(merged.origins.end(), before.origins.begin(), before.origins.end());
    taken_.insert(node.outputs[0]);
    rewriter_.keep(std::move(merged));
    rewriter_.change();
    return true;
  }

  Source& source_;
  Rewriter rewriter_;
  std::set<std::string> taken_;  // outputs of nodes that have changed in this round
};

}  // namespace

bool merge_constants(Source& source) {
  return Merge(source).run();
}

}  // namespace qfx::imports
