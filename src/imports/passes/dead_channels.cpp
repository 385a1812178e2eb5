// Channels that are constant: trained networks have many whose weights died, and hardware would
// multiply by them all the same.
//
// Note [What may go]
// A channel of a convolution or a product whose weights are nothing beside those of the others is
// its bias, everywhere. What elementwise layers make of it is constant too. Where a convolution or
// a product reads it at last, the channel goes and its constant moves into that one's bias: but
// through padding only where it is 0, for at the border padding is 0 and the constant is not.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "imports/operators/window.h"
#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

// Below single precision's own rounding.
constexpr double kNothing = 1e-8;

bool is_one_of(const std::string& op, std::initializer_list<const char*> names) {
  return std::ranges::any_of(names, [&](const char* name) { return op == name; });
}

std::int64_t integer(const Node& node, const char* name, std::int64_t usual) {
  const auto found = node.attributes.find(name);
  const auto* value =
      found == node.attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  return value == nullptr ? usual : *value;
}

// The parts of a tensor along an axis that stay.
Tensor kept_along(const Tensor& tensor, std::size_t axis, const std::vector<std::int64_t>& keep) {
  Shape shape = tensor.shape;
  const std::int64_t inner = strides_of(shape)[axis], size = shape[axis];
  const std::int64_t outer = tensor.size() / (inner * size);
  shape[axis] = std::ssize(keep);
  Tensor result{.shape = shape};
  for (std::int64_t o = 0; o < outer; ++o) {
    for (const std::int64_t k : keep) {
      const auto begin = tensor.reals.begin() + (o * size + k) * inner;
      result.reals.insert(result.reals.end(), begin, begin + inner);
    }
  }
  return result;
}

// A walk from the node that makes the channels to the one that adds them up.
class Chain {
 public:
  explicit Chain(Source& source) : source_(source), links_(source) {}

  // Whether channels went.
  bool shorten(const Node& maker) {
    if (!begin(maker)) return false;
    const Node* end = walk(maker.outputs[0]);
    if (end == nullptr || !allow(*end)) return false;
    std::vector<std::int64_t> keep;
    for (std::int64_t c = 0; c < std::ssize(constant_); ++c) {
      if (!dead_[c]) keep.push_back(c);
    }
    if (keep.empty()) keep.push_back(0);
    if (std::ssize(keep) == std::ssize(constant_)) return false;
    source_.remarks.push_back(
        called(maker) + ": " + std::to_string(std::ssize(constant_) - std::ssize(keep)) + " of " +
        std::to_string(constant_.size()) + " channels are constant and were removed");
    change(maker, *end, keep);
    return true;
  }

 private:
  const Tensor* weight_of(const Node& node) const {
    const Tensor* weight = constant(source_, node.inputs.at(1));
    return weight != nullptr && !weight->is_integer ? weight : nullptr;
  }
  const Tensor* bias_of(const Node& node) const {
    return node.inputs.size() > 2 && !node.inputs[2].empty() ? constant(source_, node.inputs[2])
                                                             : nullptr;
  }
  bool has_unknown_bias(const Node& node) const {
    return node.inputs.size() > 2 && !node.inputs[2].empty() && bias_of(node) == nullptr;
  }
  bool is_product(const Node& node) const {
    const bool is_gemm = node.op == "Gemm" && node.attributes.size() == 1;
    return (is_gemm || (node.op == "Conv" && integer(node, "group", 1) == 1)) &&
           weight_of(node) != nullptr && !has_unknown_bias(node);
  }
  bool is_depthwise(const Node& node) const {
    return node.op == "Conv" && weight_of(node) != nullptr && !has_unknown_bias(node) &&
           weight_of(node)->shape[0] == integer(node, "group", 1) && weight_of(node)->shape[1] == 1;
  }

  // Which channels are nothing but their bias.
  bool begin(const Node& maker) {
    if (!is_product(maker)) return false;
    const Tensor& weight = *weight_of(maker);
    const std::int64_t outputs = weight.shape[0], each = weight.size() / outputs;
    std::vector<double> sums(static_cast<std::size_t>(outputs), 0);
    for (std::int64_t i = 0; i < weight.size(); ++i) sums[i / each] += std::abs(weight.reals[i]);
    const double largest = *std::ranges::max_element(sums);
    constant_.assign(sums.size(), 0);
    if (const Tensor* bias = bias_of(maker)) constant_ = bias->reals;
    double scale = largest;
    for (const double value : constant_) scale = std::max(scale, std::abs(value));
    if (!std::isfinite(scale)) return false;
    for (std::size_t o = 0; o < sums.size(); ++o) {
      dead_.push_back(sums[o] <= kNothing * largest);
      if (dead_.back() && std::abs(constant_[o]) <= kNothing * scale) constant_[o] = 0;
    }
    return std::ranges::find(dead_, true) != dead_.end();
  }

  // Follows the value; null where something on the way needs the channels as they are.
  const Node* walk(std::string value) {
    for (int steps = 0; steps < 64; ++steps) {
      if (!links_.read_once(value)) return nullptr;
      const auto reader = std::ranges::find_if(source_.nodes, [&](const Node& node) {
        return !node.inputs.empty() && node.inputs[0] == value;
      });
      if (reader == source_.nodes.end()) return nullptr;
      if (is_product(*reader)) return &*reader;
      if (!pass(*reader)) return nullptr;
      between_.push_back(&*reader);
      value = reader->outputs[0];
    }
    return nullptr;
  }

  // What the node makes of the constants; false where it is not known here.
  bool pass(const Node& node) {
    const Shape& in = shape_of(source_, node.inputs[0]);
    const Shape& out = shape_of(source_, node.outputs[0]);
    const auto channels = std::ssize(constant_);
    if (is_depthwise(node)) return pass_depthwise(node);
    if (is_one_of(node.op, {"Flatten", "Reshape"})) {
      if (flat_plane_ != 0 || in.size() < 2 || in[1] != channels) return false;
      flat_plane_ = element_count(in) / channels;
      return out == Shape{1, element_count(in)};
    }
    if (flat_plane_ != 0 && in != Shape{1, channels * flat_plane_}) return false;
    if (is_one_of(node.op, {"MaxPool", "GlobalAveragePool"})) return flat_plane_ == 0;
    if (node.op == "AveragePool") return flat_plane_ == 0 && only_zero();
    const bool plain =
        is_one_of(node.op, {"Relu", "LeakyRelu", "Clip", "Sigmoid", "Tanh", "Elu", "HardSigmoid",
                            "HardSwish", "Swish", "Gelu", "Softplus", "Abs", "Neg", "Exp"});
    const bool with_channels =
        flat_plane_ == 0 && is_one_of(node.op, {"BatchNormalization", "PRelu", "Add", "Mul"});
    if (!plain && !with_channels) return false;
    Shape shape(in.size(), 1);
    shape[1] = channels;
    const Tensor values = Tensor::of(shape, constant_);
    std::vector<const Tensor*> inputs{&values};
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      const Tensor* tensor = constant(source_, node.inputs[i]);
      if (tensor == nullptr && !node.inputs[i].empty()) return false;
      if (with_channels && !is_by_channel(*tensor, node, in)) return false;
      inputs.push_back(tensor);
    }
    constant_ = evaluate(node, inputs).at(0).reals;
    return std::ssize(constant_) == channels;
  }

  // One number, or one for each channel, lying along them.
  static bool is_by_channel(const Tensor& tensor, const Node& node, const Shape& in) {
    if (node.op == "BatchNormalization" || tensor.size() == 1) return true;
    const std::size_t axis = axis_of(tensor, in);
    return axis < tensor.shape.size() && tensor.size() == tensor.shape[axis] &&
           tensor.shape[axis] == in[1];
  }
  static std::size_t axis_of(const Tensor& tensor, const Shape& in) {
    return tensor.shape.size() + 1 - in.size();
  }

  bool only_zero() {
    for (std::size_t c = 0; c < constant_.size(); ++c) dead_[c] = dead_[c] && constant_[c] == 0;
    return true;
  }

  bool pass_depthwise(const Node& node) {
    if (flat_plane_ != 0) return false;
    only_zero();
    const Tensor* bias = bias_of(node);
    for (std::size_t c = 0; c < constant_.size(); ++c)
      constant_[c] = bias == nullptr ? 0 : bias->reals[c];
    return true;
  }

  bool allow(const Node& end) {
    if (end.op == "Gemm") {
      const Tensor& weight = *weight_of(end);
      return weight.shape[1] == std::ssize(constant_) * std::max<std::int64_t>(flat_plane_, 1);
    }
    if (flat_plane_ != 0) return false;
    const auto pads = end.attributes.find("pads");
    const auto* values = pads == end.attributes.end()
                             ? nullptr
                             : std::get_if<std::vector<std::int64_t>>(&pads->second);
    const bool is_padded =
        end.attributes.contains("auto_pad") ||
        (values != nullptr && std::ranges::any_of(*values, [](std::int64_t p) { return p != 0; }));
    if (is_padded) only_zero();
    return true;
  }

  Node& changeable(const Node& node) { return source_.nodes[&node - source_.nodes.data()]; }

  void keep_input(Node& node, std::size_t i, std::size_t axis,
                  const std::vector<std::int64_t>& keep) {
    node.inputs[i] = add_constant(source_, node.inputs[i],
                                  kept_along(*constant(source_, node.inputs[i]), axis, keep));
  }

  void change(const Node& maker, const Node& end, const std::vector<std::int64_t>& keep) {
    Node& first = changeable(maker);
    keep_input(first, 1, 0, keep);
    if (bias_of(first) != nullptr) keep_input(first, 2, 0, keep);
    for (const Node* node : between_) {
      Node& between = changeable(*node);
      const Shape in = shape_of(source_, between.inputs[0]);
      if (between.op == "Conv") {
        keep_input(between, 1, 0, keep);
        if (bias_of(between) != nullptr) keep_input(between, 2, 0, keep);
        between.attributes["group"] = std::ssize(keep);
      } else if (between.op == "Reshape" || between.op == "Flatten") {
        between.op = "Flatten";
        between.opset = kNewest;
        between.inputs.resize(1);
        between.attributes.clear();
      } else if (is_one_of(between.op, {"BatchNormalization", "PRelu", "Add", "Mul"})) {
        for (std::size_t i = 1; i < between.inputs.size(); ++i) {
          const Tensor& tensor = *constant(source_, between.inputs[i]);
          if (between.op == "BatchNormalization")
            keep_input(between, i, 0, keep);
          else if (tensor.size() != 1)
            keep_input(between, i, axis_of(tensor, in), keep);
        }
      }
    }
    add_up(changeable(end), keep);
  }

  // The node that adds the channels up: without those that go, their sums in its bias.
  void add_up(Node& node, const std::vector<std::int64_t>& keep) {
    const Tensor weight = *weight_of(node);
    const std::int64_t outputs = weight.shape[0], each = weight.size() / outputs;
    const std::int64_t taps = each / std::ssize(constant_);
    std::vector<double> added(static_cast<std::size_t>(outputs), 0);
    bool adds = false;
    for (std::int64_t c = 0; c < std::ssize(constant_); ++c) {
      if (constant_[c] == 0 || std::ranges::binary_search(keep, c)) continue;
      adds = true;
      for (std::int64_t o = 0; o < outputs; ++o) {
        for (std::int64_t tap = 0; tap < taps; ++tap)
          added[o] += constant_[c] * weight.reals[o * each + c * taps + tap];
      }
    }
    if (adds) {
      if (const Tensor* bias = bias_of(node)) {
        for (std::int64_t o = 0; o < outputs; ++o) added[o] += bias->reals[o];
      }
      node.inputs.resize(3);
      node.inputs[2] = add_constant(source_, "bias", Tensor::of({outputs}, added));
    }
    std::vector<std::int64_t> columns;
    const std::int64_t wide = node.op == "Gemm" ? taps : 1;
    for (const std::int64_t c : keep) {
      for (std::int64_t i = 0; i < wide; ++i) columns.push_back(c * wide + i);
    }
    keep_input(node, 1, 1, columns);
  }

  Source& source_;
  Links links_;
  std::vector<bool> dead_;
  std::vector<double> constant_;  // what a dead channel is, as far as the walk has come
  std::int64_t flat_plane_ = 0;   // pixels of a channel, once they are flattened
  std::vector<const Node*> between_;
};

}  // namespace

bool remove_dead_channels(Source& source) {
  // Constants of a quantized network stay what they are.
  if (source.is_quantized) return false;
  for (std::size_t i = 0; i < source.nodes.size(); ++i) {
    if (Chain(source).shorten(source.nodes[i])) return true;
  }
  return false;
}

}  // namespace qfx::imports
