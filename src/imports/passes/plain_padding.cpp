#include <algorithm>
#include <optional>

#include "imports/operators/window.h"
#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

using Sizes = std::vector<std::int64_t>;

// A kernel that reads the same under padding that is alike on both sides: zero taps before and
// behind it.
struct Symmetric {
  std::int64_t padding = 0, before = 0, behind = 0;
};

// The one with the fewest taps.
std::optional<Symmetric> symmetric(const WindowAxis& axis) {
  std::optional<Symmetric> best;
  const std::int64_t most = std::max(axis.before, axis.after) + axis.stride + axis.dilation;
  for (std::int64_t padding = axis.before; padding <= axis.before + most; ++padding) {
    if ((padding - axis.before) % axis.dilation != 0) continue;
    const std::int64_t front = (padding - axis.before) / axis.dilation;
    // Positions with no taps behind, and how many taps bring them to what they were.
    const std::int64_t room = axis.extent + 2 * padding - axis.span() - front * axis.dilation;
    const std::int64_t least = (axis.positions - 1) * axis.stride;
    if (room < least) continue;
    const std::int64_t excess = std::max<std::int64_t>(0, room - (least + axis.stride - 1));
    const std::int64_t behind = (excess + axis.dilation - 1) / axis.dilation;
    if (room - behind * axis.dilation < least) continue;
    if (!best || front + behind < best->before + best->behind)
      best = Symmetric{.padding = padding, .before = front, .behind = behind};
  }
  return best;
}

// The weight with zero taps around each kernel.
Tensor widened(const Tensor& weight, const std::vector<Symmetric>& sides) {
  Tensor result{.shape = weight.shape};
  for (std::size_t i = 0; i < sides.size(); ++i)
    result.shape[i + 2] += sides[i].before + sides[i].behind;
  result.reals.assign(static_cast<std::size_t>(result.size()), 0);
  const Sizes from = strides_of(weight.shape), to = strides_of(result.shape);
  for (std::int64_t i = 0; i < weight.size(); ++i) {
    std::int64_t rest = i, place = 0;
    for (std::size_t axis = 0; axis < from.size(); ++axis) {
      const std::int64_t at = rest / from[axis];
      rest %= from[axis];
      place += (at + (axis >= 2 ? sides[axis - 2].before : 0)) * to[axis];
    }
    result.reals[place] = weight.reals[i];
  }
  return result;
}

Attribute pads_of(const std::vector<WindowAxis>& windows) {
  Sizes pads;
  for (const WindowAxis& axis : windows) pads.push_back(axis.before);
  for (const WindowAxis& axis : windows) pads.push_back(axis.after);
  return pads;
}

// A kernel that stays a kernel: padding may be tens of thousands wide.
bool is_affordable(const Shape& weight) {
  return is_reasonable(weight) && element_count(weight) <= 1 << 24;
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
    if (node.op == "Conv") return convolution(node);
    if (node.op == "MaxPool" || node.op == "AveragePool") return pool(node);
    if (node.op == "Pad") return by_convolution(node);
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

  // Zeros that a Pad puts around images, as pads: {before..., behind...}; empty where it does
  // something else.
  std::optional<Sizes> zero_pads(const Node& node) const {
    const Shape& in = shape_of(source_, node.inputs[0]);
    if (in.size() < 3 || in.size() > 4) return std::nullopt;
    std::vector<const Tensor*> inputs;
    for (const std::string& name : node.inputs) inputs.push_back(constant(source_, name));
    const Tensor none;
    if (inputs[0] == nullptr) inputs[0] = &none;
    const Call call{node, inputs};
    const double value =
        node.opset < 11 ? call.real("value", 0) : call.number("value", 2).value_or(0);
    if (value != 0) return std::nullopt;
    const Sizes given = *call.list("pads", 1);
    Sizes pads(2 * in.size(), 0);
    Sizes axes;
    for (std::size_t i = 0; i < in.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
    if (call.has(3)) axes = *call.list("axes", 3);
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const std::size_t axis = Call::axis(axes[i], in.size());
      pads[axis] = given[i];
      pads[axis + in.size()] = given[i + axes.size()];
    }
    if (std::ranges::any_of(pads, [](std::int64_t pad) { return pad < 0; })) return std::nullopt;
    if (pads[0] + pads[1] + pads[in.size()] + pads[in.size() + 1] != 0) return std::nullopt;
    Sizes result(pads.begin() + 2, pads.begin() + static_cast<std::ptrdiff_t>(in.size()));
    result.insert(result.end(), pads.begin() + static_cast<std::ptrdiff_t>(in.size()) + 2,
                  pads.end());
    return result;
  }

  // A node with plain attributes for these windows.
  Node with_windows(const Node& node, const std::vector<WindowAxis>& windows) const {
    Node plain = node;
    Sizes kernel, strides;
    for (const WindowAxis& axis : windows) {
      kernel.push_back(axis.kernel);
      strides.push_back(axis.stride);
    }
    plain.attributes["kernel_shape"] = kernel;
    plain.attributes["strides"] = strides;
    plain.attributes["pads"] = pads_of(windows);
    plain.attributes.erase("auto_pad");
    return plain;
  }

  bool convolution(const Node& node) {
    const Tensor* weight = constant(source_, node.inputs[1]);
    if (weight == nullptr) return false;
    std::vector<WindowAxis> windows = windows_of(node);
    std::string input = node.inputs[0];
    // A Pad of zeros before it is its own padding.
    bool took_pad = false;
    const Node* before = rewriter_.links().maker(input);
    if (before != nullptr && before->op == "Pad") {
      if (const auto pads = zero_pads(*before)) {
        for (std::size_t i = 0; i < windows.size(); ++i) {
          windows[i].before += (*pads)[i];
          windows[i].after += (*pads)[i + windows.size()];
          windows[i].extent -= (*pads)[i] + (*pads)[i + windows.size()];
        }
        input = before->inputs[0];
        took_pad = true;
      }
    }
    std::vector<Symmetric> sides;
    bool is_plain = !took_pad && !node.attributes.contains("auto_pad");
    for (WindowAxis& axis : windows) {
      const auto side = symmetric(axis);
      if (!side) return false;
      is_plain &= side->before + side->behind == 0 && axis.before == axis.after;
      sides.push_back(*side);
      axis.kernel += side->before + side->behind;
      axis.before = axis.after = side->padding;
    }
    if (is_plain) return false;
    Shape wide = weight->shape;
    for (std::size_t i = 0; i < windows.size(); ++i) wide[i + 2] = windows[i].kernel;
    if (!is_affordable(wide)) return false;
    Node plain = with_windows(node, windows);
    plain.inputs[0] = input;
    if (took_pad)
      plain.origins.insert(plain.origins.begin(), before->origins.begin(), before->origins.end());
    if (std::ranges::any_of(sides, [](const Symmetric& s) { return s.before + s.behind > 0; }))
      plain.inputs[1] = add_constant(source_, node.inputs[1], widened(*weight, sides));
    rewriter_.keep(std::move(plain));
    rewriter_.change();
    return true;
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
    if (node->op == "MaxPool" || node->op == "AveragePool")
      return is_never_negative(node->inputs[0], depth + 1);
    if (node->op == "Add" || node->op == "Concat" || node->op == "Mul")
      return std::ranges::all_of(node->inputs, [&](const std::string& input) {
        const Tensor* tensor = constant(source_, input);
        if (tensor == nullptr) return is_never_negative(input, depth + 1);
        return !tensor->is_integer &&
               std::ranges::all_of(tensor->reals, [](double v) { return v >= 0; });
      });
    return false;
  }

  // Padding that differs between the sides, by zeros before the pool where zeros are what it would
  // see: an average that counts them, a maximum of what is never below them.
  bool pool(const Node& node) {
    std::vector<WindowAxis> windows = windows_of(node);
    const bool had_auto = node.attributes.contains("auto_pad");
    const bool is_max = node.op == "MaxPool";
    const auto counted = node.attributes.find("count_include_pad");
    const bool counts =
        counted != node.attributes.end() && counted->second == Attribute(std::int64_t{1});
    const bool takes_zeros = is_max ? is_never_negative(node.inputs[0]) : counts;
    // What the last window reads of the padding is all that there needs to be.
    bool is_symmetric = true, reads_padding = false;
    for (WindowAxis& axis : windows) {
      const std::int64_t overhang = std::max<std::int64_t>(0, axis.overhang());
      reads_padding |= overhang > 0 || axis.before > 0;
      const std::int64_t room = axis.extent + 2 * axis.before - axis.span();
      const bool fits = room >= 0 && room / axis.stride + 1 == axis.positions;
      is_symmetric &= fits;
    }
    if (is_symmetric && reads_padding) {
      for (WindowAxis& axis : windows) {
        // An average counts padding, and no window may reach beyond it.
        is_symmetric &= is_max || axis.overhang() <= axis.after;
      }
    }
    if (is_symmetric) {
      bool is_plain = !had_auto && !node.attributes.contains("ceil_mode");
      for (WindowAxis& axis : windows) {
        is_plain &= axis.after == axis.before;
        axis.after = axis.before;
      }
      if (is_plain) return false;
      Node plain = with_windows(node, windows);
      plain.attributes.erase("ceil_mode");
      if (!is_max && !counts && !reads_padding)
        plain.attributes["count_include_pad"] = std::int64_t{1};
      rewriter_.keep(std::move(plain));
      rewriter_.change();
      return true;
    }
    if (!takes_zeros) return false;
    // An average whose window reaches beyond the padding divides by less.
    for (const WindowAxis& axis : windows) {
      if (!is_max && axis.overhang() > axis.after) return false;
    }
    const std::string padded = new_name(source_, node.inputs[0]);
    Sizes pads(2 * (windows.size() + 2), 0);
    for (std::size_t i = 0; i < windows.size(); ++i) {
      pads[i + 2] = windows[i].before;
      pads[i + 4 + windows.size()] = std::max<std::int64_t>(0, windows[i].overhang());
      windows[i].before = windows[i].after = 0;
    }
    const Shape count{std::ssize(pads)};
    rewriter_.keep(made(
        node, "Pad",
        {node.inputs[0], add_constant(source_, "pads", Tensor::of_integers(count, pads))}, padded));
    Node plain = with_windows(node, windows);
    plain.attributes.erase("ceil_mode");
    plain.inputs[0] = padded;
    rewriter_.keep(std::move(plain));
    rewriter_.change();
    return true;
  }

  // Zeros around an image by a convolution of each channel with one tap of 1.
  bool by_convolution(const Node& node) {
    const auto pads = zero_pads(node);
    if (!pads) return false;
    // A convolution that reads it takes it in.
    for (const Node& other : rewriter_.before()) {
      const bool reads = std::ranges::find(other.inputs, node.outputs[0]) != other.inputs.end();
      if (reads && other.op == "Conv" && constant(source_, other.inputs[1]) != nullptr)
        return false;
    }
    const Shape& in = shape_of(source_, node.inputs[0]);
    Shape kernel{in[1], 1};
    Sizes sides;
    std::int64_t tap = 0;
    for (std::size_t i = 0; i + 2 < in.size(); ++i) {
      const std::int64_t before = (*pads)[i], behind = (*pads)[i + in.size() - 2];
      const std::int64_t padding = std::max(before, behind);
      kernel.push_back(2 * padding + 1 - before - behind);
      sides.push_back(padding);
      tap = tap * kernel.back() + padding - before;
    }
    if (!is_affordable(kernel)) return false;
    Tensor weight{.shape = kernel};
    weight.reals.assign(static_cast<std::size_t>(weight.size()), 0);
    const std::int64_t taps = weight.size() / in[1];
    for (std::int64_t c = 0; c < in[1]; ++c) weight.reals[c * taps + tap] = 1;
    Node conv =
        made(node, "Conv", {node.inputs[0], add_constant(source_, "pad", std::move(weight))},
             node.outputs[0]);
    Sizes both = sides;
    both.insert(both.end(), sides.begin(), sides.end());
    conv.attributes = {{"group", in[1]},
                       {"pads", both},
                       {"kernel_shape", Sizes(kernel.begin() + 2, kernel.end())}};
    rewriter_.keep(std::move(conv));
    rewriter_.change();
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
