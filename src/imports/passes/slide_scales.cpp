// Products by constants in a quantized network, moved until they meet: behind sums, pools and ReLUs
// on the way from the quantizer before, and through additions and ReLUs back from the one behind.
// What meets is one product; what is left of two that cancel is nothing.
#include <algorithm>
#include <cmath>
#include <set>

#include "imports/operators/call.h"
#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

bool is_kind(const std::string& op, std::initializer_list<const char*> names) {
  return std::ranges::any_of(names, [&](const char* name) { return op == name; });
}

class SlideScales {
 public:
  explicit SlideScales(Source& source) : source_(source), rewriter_(source) {}

  bool run() {
    for (const Node& node : rewriter_.before()) {
      if (!rewrite(node)) rewriter_.keep(node);
    }
    return rewriter_.finish();
  }

 private:
  // The node that makes a value, as it still is.
  const Node* maker(const std::string& value) const {
    return taken_.contains(value) ? nullptr : rewriter_.links().maker(value);
  }

  // The factor of a product by a constant.
  const Tensor* factor(const Node* node) const {
    if (node == nullptr || node->op != "Mul" || node->inputs.size() != 2) return nullptr;
    const Tensor* value = constant(source_, node->inputs[1]);
    if (value == nullptr || value->is_integer) return nullptr;
    return std::ranges::all_of(value->reals, [](double r) { return r > 0; }) ? value : nullptr;
  }
  const Tensor* single_factor(const Node* node) const {
    const Tensor* value = factor(node);
    return value != nullptr && value->size() == 1 ? value : nullptr;
  }

  void put(const Node& like, const std::string& op, std::vector<std::string> inputs,
           const std::string& to) {
    rewriter_.keep(made(like, op, std::move(inputs), to));
  }

  bool done(const Node& node) {
    taken_.insert(node.outputs[0]);
    rewriter_.change();
    return true;
  }

  bool rewrite(const Node& node) {
    if (node.inputs.empty()) return false;
    if (node.op == "BatchNormalization") return as_product(node);
    if (node.op == "Mul") return meet(node);
    if (node.op == "Add") return sum_of_two(node);
    if (node.op == "Concat") return joined(node);
    const Node* before = maker(node.inputs[0]);
    if (is_kind(node.op, {"Conv", "Gemm", "MatMul"})) return through_sum(node, before);
    return through(node, before);
  }

  // scale * x + offset, so that a product before or behind it can be one with its own.
  bool as_product(const Node& node) {
    std::vector<const Tensor*> in;
    for (std::size_t i = 1; i < 5; ++i) in.push_back(constant(source_, node.inputs.at(i)));
    if (std::ranges::find(in, nullptr) != in.end() || !node.outputs[0].size()) return false;
    const auto found = node.attributes.find("epsilon");
    const auto* given =
        found == node.attributes.end() ? nullptr : std::get_if<double>(&found->second);
    const double epsilon = given == nullptr ? 1e-5F : *given;
    Tensor scale, offset;
    for (std::int64_t c = 0; c < in[0]->size(); ++c) {
      scale.reals.push_back(in[0]->real(c) / std::sqrt(in[3]->real(c) + epsilon));
      offset.reals.push_back(in[1]->real(c) - in[2]->real(c) * scale.reals.back());
    }
    Shape shape(shape_of(source_, node.inputs[0]).size() - 1, 1);
    shape[0] = in[0]->size();
    scale.shape = offset.shape = shape;
    const std::string scaled = new_name(source_, node.outputs[0]);
    put(node, "Mul", {node.inputs[0], add_constant(source_, "scale", std::move(scale))}, scaled);
    put(node, "Add", {scaled, add_constant(source_, "offset", std::move(offset))},
        node.outputs[0]);
    return done(node);
  }

  // (x * a) behind something that keeps ratios: the same without it, times a.
  bool through(const Node& node, const Node* before) {
    const bool by_channel =
        is_kind(node.op, {"Relu", "LeakyRelu", "MaxPool", "AveragePool", "GlobalAveragePool"});
    const bool moves = is_kind(node.op, {"Flatten", "Reshape", "Transpose", "Squeeze",
                                           "Unsqueeze", "Slice", "Gather"});
    const Tensor* a = by_channel ? factor(before) : moves ? single_factor(before) : nullptr;
    if (a == nullptr || node.outputs.size() != 1) return false;
    const std::size_t rank = shape_of(source_, node.inputs[0]).size();
    if (a->size() != 1 && (a->shape.size() + 1 < rank || !lies_along_channels(*a, rank)))
      return false;
    Node same = node;
    same.inputs[0] = before->inputs[0];
    same.outputs[0] = new_name(source_, node.outputs[0]);
    const std::string product = same.outputs[0];
    rewriter_.keep(std::move(same));
    put(*before, "Mul", {product, before->inputs[1]}, node.outputs[0]);
    return done(node);
  }

  static bool lies_along_channels(const Tensor& a, std::size_t rank) {
    const std::size_t channel = a.shape.size() + 1 - rank;
    return a.size() == a.shape[channel];
  }

  // A convolution or linear layer of x * a: of x, its bias over a, times a.
  bool through_sum(const Node& node, const Node* before) {
    const Tensor* a = single_factor(before);
    if (a == nullptr || constant(source_, node.inputs.at(1)) == nullptr) return false;
    if (node.op == "Gemm" && node.attributes.size() != 1) return false;
    const double ratio = a->reals[0];
    Node same = node;
    same.inputs[0] = before->inputs[0];
    if (node.inputs.size() > 2 && !node.inputs[2].empty()) {
      const Tensor* bias = constant(source_, node.inputs[2]);
      if (bias == nullptr || bias->is_integer) return false;
      Tensor divided = Tensor::of(bias->shape, bias->reals);
      for (double& value : divided.reals) value /= ratio;
      same.inputs[2] = add_constant(source_, node.inputs[2], std::move(divided));
      if (const auto found = source_.grids.find(node.inputs[2]); found != source_.grids.end()) {
        Grid grid = found->second;
        for (double& scale : grid.scale.reals) scale /= ratio;
        source_.grids[same.inputs[2]] = std::move(grid);
      }
    }
    const std::string sum = new_name(source_, node.outputs[0]);
    same.outputs[0] = sum;
    rewriter_.keep(std::move(same));
    put(*before, "Mul", {sum, before->inputs[1]}, node.outputs[0]);
    return done(node);
  }

  // x * a + y * a.
  bool sum_of_two(const Node& node) {
    if (node.inputs.size() != 2) return false;
    const Node *left = maker(node.inputs[0]), *right = maker(node.inputs[1]);
    const Tensor *a = single_factor(left), *b = single_factor(right);
    if (a == nullptr || b == nullptr || a->reals != b->reals) return false;
    const std::string sum = new_name(source_, node.outputs[0]);
    put(node, "Add", {left->inputs[0], right->inputs[0]}, sum);
    put(*left, "Mul", {sum, left->inputs[1]}, node.outputs[0]);
    return done(node);
  }

  bool joined(const Node& node) {
    Node same = node;
    const Node* first = maker(node.inputs[0]);
    const Tensor* a = single_factor(first);
    if (a == nullptr) return false;
    for (std::string& input : same.inputs) {
      const Node* before = maker(input);
      const Tensor* b = single_factor(before);
      if (b == nullptr || b->reals != a->reals) return false;
      input = before->inputs[0];
    }
    const std::string all = new_name(source_, node.outputs[0]);
    same.outputs[0] = all;
    rewriter_.keep(std::move(same));
    put(*first, "Mul", {all, first->inputs[1]}, node.outputs[0]);
    return done(node);
  }

  // What a * b comes to: exactly 1 where it is but for the last bits.
  std::string times(const std::string& a, const std::string& b) {
    const Tensor &x = *constant(source_, a), &y = *constant(source_, b);
    const Shape shape = broadcast(x.shape, y.shape);
    const auto at_x = broadcast_index(x.shape, shape), at_y = broadcast_index(y.shape, shape);
    Tensor both{.shape = shape};
    for (std::size_t i = 0; i < at_x.size(); ++i) {
      const double value = x.real(at_x[i]) * y.real(at_y[i]);
      both.reals.push_back(std::abs(value - 1) < 1e-12 ? 1 : value);
    }
    return add_constant(source_, "scale", std::move(both));
  }

  bool fits(const Node& node, const std::string& a, const std::string& b) const {
    const Shape& shape = shape_of(source_, node.outputs[0]);
    return broadcast(broadcast(constant(source_, a)->shape, constant(source_, b)->shape), shape) ==
           shape;
  }

  // A product by a constant behind another, behind a sum, or behind a ReLU of a sum.
  bool meet(const Node& node) {
    if (factor(&node) == nullptr) return false;
    const std::string& c = node.inputs[1];
    const Node* before = maker(node.inputs[0]);
    if (before == nullptr) return false;
    if (before->op == "Mul" && before->inputs.size() == 2) {
      const Tensor* a = constant(source_, before->inputs[1]);
      if (a == nullptr || a->is_integer || !fits(node, before->inputs[1], c)) return false;
      Node both = made(node, "Mul", {before->inputs[0], times(before->inputs[1], c)},
                       node.outputs[0]);
      both.origins.insert(both.origins.end(), before->origins.begin(), before->origins.end());
      rewriter_.keep(std::move(both));
      return done(node);
    }
    if (!rewriter_.links().read_once(node.inputs[0])) return false;
    if (before->op == "Relu") {
      const Node* sum = maker(before->inputs[0]);
      if (sum == nullptr || !rewriter_.links().read_once(before->inputs[0])) return false;
      const std::string scaled = new_name(source_, node.outputs[0]);
      if (!scaled_sum(*sum, node, scaled)) return false;
      put(*before, "Relu", {scaled}, node.outputs[0]);
      return done(node);
    }
    return scaled_sum(*before, node, node.outputs[0]) && done(node);
  }

  // (x + b) * c with a constant b, or (x * a + y * b) * c.
  bool scaled_sum(const Node& sum, const Node& product, const std::string& to) {
    if (sum.op != "Add" || sum.inputs.size() != 2) return false;
    const std::string& c = product.inputs[1];
    const std::string &x = sum.inputs[0], &y = sum.inputs[1];
    if (const Tensor* b = constant(source_, y); b != nullptr) {
      if (b->is_integer || !fits(sum, y, c)) return false;
      const std::string scaled = new_name(source_, to);
      put(product, "Mul", {x, c}, scaled);
      put(sum, "Add", {scaled, times(y, c)}, to);
      return true;
    }
    const Node *left = maker(x), *right = maker(y);
    if (factor(left) == nullptr || factor(right) == nullptr) return false;
    if (!fits(sum, left->inputs[1], c) || !fits(sum, right->inputs[1], c)) return false;
    const std::string a = new_name(source_, to), b = new_name(source_, to);
    put(*left, "Mul", {left->inputs[0], times(left->inputs[1], c)}, a);
    put(*right, "Mul", {right->inputs[0], times(right->inputs[1], c)}, b);
    put(sum, "Add", {a, b}, to);
    return true;
  }

  Source& source_;
  Rewriter rewriter_;
  std::set<std::string> taken_;  // outputs of nodes that have changed in this round
};

}  // namespace

bool slide_scales(Source& source) {
  return source.is_quantized && SlideScales(source).run();
}

}  // namespace qfx::imports
