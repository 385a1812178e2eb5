#include <algorithm>
#include <optional>

#include "imports/operators/picks.h"
#include "imports/operators/window.h"
#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

using Sizes = std::vector<std::int64_t>;

bool is_pool(const Node& node) {
  return node.op == "MaxPool" || node.op == "AveragePool";
}

class Padding {
 public:
  explicit Padding(Source& source) : source_(source), rewriter_(source) {}

  bool run() {
    for (const Node& node : rewriter_.before()) {
      if (!rewrite(node)) rewriter_.keep(node);
    }
    return rewriter_.finish();
  }

 private:
  bool rewrite(const Node& node) {
    if (node.op == "Conv" || is_pool(node)) return take_pads(node);
    if (node.op == "Pad") return plain_pad(node);
    return false;
  }

  std::vector<WindowAxis> windows_of(const Node& node) const {
    std::vector<const Tensor*> inputs;
    const Call call{node, inputs};
    const Tensor* weight = node.op == "Conv" ? constant(source_, node.inputs[1]) : nullptr;
    const Shape kernel =
        weight == nullptr ? Shape() : Shape(weight->shape.begin() + 2, weight->shape.end());
    return read_windows(call, shape_of(source_, node.inputs[0]), kernel);
  }

  std::optional<Pads> pads_of(const Node& node) const {
    std::vector<const Tensor*> inputs;
    for (const std::string& name : node.inputs) inputs.push_back(constant(source_, name));
    const Tensor in = Tensor::unknown(shape_of(source_, node.inputs[0]));
    inputs[0] = &in;
    const std::size_t rank = in.shape.size();
    if (rank < 3 || rank > 4) return std::nullopt;
    Pads pads = read_pads({node, inputs});
    if (pads.mode != "constant" || pads.before[0] != 0 || pads.after[0] != 0) return std::nullopt;
    return pads;
  }

  static Sizes sides(const Pads& pads, std::size_t first) {
    Sizes result(pads.before.begin() + static_cast<std::ptrdiff_t>(first), pads.before.end());
    result.insert(result.end(), pads.after.begin() + static_cast<std::ptrdiff_t>(first),
                  pads.after.end());
    return result;
  }

  static bool cuts(const Pads& pads) {
    return std::ranges::any_of(sides(pads, 0), [](std::int64_t pad) { return pad < 0; });
  }

  // Zeros that a Pad puts around images, as pads: {before..., behind...}; empty where it does
  // something else.
  std::optional<Sizes> zero_pads(const Node& node) const {
    const auto pads = pads_of(node);
    if (!pads || pads->filling != 0 || cuts(*pads)) return std::nullopt;
    if (pads->before[1] != 0 || pads->after[1] != 0) return std::nullopt;
    return sides(*pads, 2);
  }

  // A node with plain attributes for these windows.
  Node with_windows(const Node& node, const std::vector<WindowAxis>& windows) const {
    Node plain = node;
    Sizes kernel, strides, pads;
    for (const WindowAxis& axis : windows) {
      kernel.push_back(axis.kernel);
      strides.push_back(axis.stride);
      pads.push_back(axis.before);
    }
    for (const WindowAxis& axis : windows) pads.push_back(axis.after);
    plain.attributes["kernel_shape"] = kernel;
    plain.attributes["strides"] = strides;
    plain.attributes["pads"] = pads;
    plain.attributes.erase("auto_pad");
    return plain;
  }

  // Whether no element of a value can be below zero.
  bool is_never_negative(const std::string& value, int depth = 0) const {
    const Node* node = rewriter_.links().maker(value);
    if (node == nullptr || depth > 32) return false;
    if (node->op == "Relu" || node->op == "Sigmoid" || node->op == "HardSigmoid" ||
        node->op == "Abs" || node->op == "Exp" || node->op == "Softplus" || node->op == "Softmax")
      return true;
    if (node->op == "Clip" && node->opset >= 11)
      return node->inputs.size() > 1 && scalar(source_, node->inputs[1]).value_or(-1) >= 0;
    if (is_pool(*node)) return is_never_negative(node->inputs[0], depth + 1);
    if (node->op == "Add" || node->op == "Concat" || node->op == "Mul")
      return std::ranges::all_of(node->inputs, [&](const std::string& input) {
        const Tensor* tensor = constant(source_, input);
        if (tensor == nullptr) return is_never_negative(input, depth + 1);
        return !tensor->is_integer &&
               std::ranges::all_of(tensor->reals, [](double v) { return v >= 0; });
      });
    return false;
  }

  // With the zeros that a Pad puts around images, {before..., behind...}, as padding of the windows
  // that read it; empty where that is another function.
  std::optional<Node> with_zeros(const Node& node, const Node& pad, const Sizes& zeros) const {
    const bool is_max = node.op == "MaxPool", is_mean = node.op == "AveragePool";
    if (is_max && !is_never_negative(pad.inputs[0])) return std::nullopt;
    // A mean counts a Pad's zeros, its own padding maybe not, and what ceil_mode adds never.
    const auto counted = node.attributes.find("count_include_pad");
    const bool counts =
        counted != node.attributes.end() && counted->second == Attribute(std::int64_t{1});
    std::vector<WindowAxis> windows = windows_of(node);
    for (std::size_t i = 0; i < windows.size(); ++i) {
      WindowAxis& axis = windows[i];
      const std::int64_t beyond = axis.beyond();
      if (is_mean && (beyond > 0 || (!counts && axis.before + axis.after > 0))) return std::nullopt;
      axis.extent -= zeros[i] + zeros[i + windows.size()];
      axis.before += zeros[i];
      axis.after += zeros[i + windows.size()] + (is_max ? beyond : 0);
      if (is_max && !sees_elements(axis)) return std::nullopt;
    }
    Node plain = with_windows(node, windows);
    if (is_max || is_mean) plain.attributes.erase("ceil_mode");
    if (is_mean) plain.attributes["count_include_pad"] = std::int64_t{1};
    plain.inputs[0] = pad.inputs[0];
    plain.origins.insert(plain.origins.begin(), pad.origins.begin(), pad.origins.end());
    return plain;
  }

  // Every window has a tap on the image.
  static bool sees_elements(const WindowAxis& axis) {
    for (std::int64_t i = 0; i < axis.positions; ++i) {
      const std::int64_t begin = axis.begin(i), step = axis.dilation;
      const std::int64_t first = begin >= 0 ? 0 : (-begin + step - 1) / step;
      if (first >= axis.kernel || begin + first * step >= axis.extent) return false;
    }
    return true;
  }

  // The node that needs no Pad before it any more; empty where none is there that it takes in.
  std::optional<Node> without_pad(const Node& node) const {
    if (node.op == "Conv" ? constant(source_, node.inputs[1]) == nullptr : !is_pool(node))
      return std::nullopt;
    const Node* pad = rewriter_.links().maker(node.inputs[0]);
    if (pad == nullptr || pad->op != "Pad") return std::nullopt;
    const auto zeros = zero_pads(*pad);
    return zeros ? with_zeros(node, *pad, *zeros) : std::nullopt;
  }

  bool take_pads(const Node& node) {
    std::optional<Node> plain = without_pad(node);
    if (!plain) {
      const bool is_known = node.op != "Conv" || constant(source_, node.inputs[1]) != nullptr;
      if (!node.attributes.contains("auto_pad") || !is_known) return false;
      plain = with_windows(node, windows_of(node));
    }
    rewriter_.keep(std::move(*plain));
    rewriter_.change();
    return true;
  }

  // What another node here takes in.
  bool is_taken(const Node& pad) const {
    return std::ranges::any_of(rewriter_.before(), [&](const Node& other) {
      const bool reads = std::ranges::find(other.inputs, pad.outputs[0]) != other.inputs.end();
      return reads && without_pad(other);
    });
  }

  void put(Node node) {
    rewriter_.keep(std::move(node));
    rewriter_.change();
  }

  // A Pad in parts: what it cuts off, what it adds up to zero, zeros.
  bool plain_pad(const Node& node) {
    const auto pads = pads_of(node);
    if (!pads) return false;
    if (cuts(*pads)) return cut_first(node, *pads);
    if (pads->filling == 0) return !is_taken(node) && by_convolution(node, *pads);
    const std::string& value = node.inputs[0];
    const std::string low = new_name(source_, value), around = new_name(source_, value);
    const auto number = [&](double x) { return add_constant(source_, "filling", Tensor::of({}, {x})); };
    put(made(node, "Add", {value, number(-pads->filling)}, low));
    put(pad_of(node, low, around, sides(*pads, 0)));
    put(made(node, "Add", {around, number(pads->filling)}, node.outputs[0]));
    return true;
  }

  Node pad_of(const Node& like, const std::string& from, const std::string& to, const Sizes& pads,
              double filling = 0) {
    const std::string sizes =
        add_constant(source_, "pads", Tensor::of_integers({std::ssize(pads)}, pads));
    return made(like, "Pad",
                {from, sizes, add_constant(source_, "filling", Tensor::of({}, {filling}))}, to);
  }

  bool cut_first(const Node& node, const Pads& pads) {
    const Shape& in = shape_of(source_, node.inputs[0]);
    Sizes starts, ends, rest = sides(pads, 0);
    for (std::size_t axis = 0; axis < in.size(); ++axis) {
      starts.push_back(std::max<std::int64_t>(-pads.before[axis], 0));
      ends.push_back(in[axis] - std::max<std::int64_t>(-pads.after[axis], 0));
      if (starts.back() >= ends.back()) return false;
    }
    for (std::int64_t& pad : rest) pad = std::max<std::int64_t>(pad, 0);
    const auto list = [&](const Sizes& sizes) {
      return add_constant(source_, "places", Tensor::of_integers({std::ssize(sizes)}, sizes));
    };
    const std::string inside = new_name(source_, node.inputs[0]);
    put(made(node, "Slice", {node.inputs[0], list(starts), list(ends)}, inside));
    put(pad_of(node, inside, node.outputs[0], rest, pads.filling));
    return true;
  }

  // Zeros around an image by a convolution of each channel with one tap of 1, channels of zeros by one
  // that has no tap for them.
  bool by_convolution(const Node& node, const Pads& pads) {
    const Shape& in = shape_of(source_, node.inputs[0]);
    const std::int64_t outputs = std::ssize(pads.picks[1]);
    const bool is_depthwise = outputs == in[1] && pads.before[1] == 0;
    Shape kernel(in.size(), 1);
    kernel[0] = outputs;
    kernel[1] = is_depthwise ? 1 : in[1];
    Tensor weight{.shape = kernel};
    for (std::int64_t o = 0; o < outputs; ++o)
      for (std::int64_t c = 0; c < kernel[1]; ++c)
        weight.reals.push_back(is_depthwise || c == pads.picks[1][o] ? 1 : 0);
    Node conv =
        made(node, "Conv", {node.inputs[0], add_constant(source_, "pad", std::move(weight))},
             node.outputs[0]);
    conv.attributes = {{"group", is_depthwise ? in[1] : 1},
                       {"pads", sides(pads, 2)},
                       {"kernel_shape", Sizes(in.size() - 2, 1)}};
    put(std::move(conv));
    return true;
  }

  Source& source_;
  Rewriter rewriter_;
};

}  // namespace

bool plain_padding(Source& source) {
  return Padding(source).run();
}

}  // namespace qfx::imports
