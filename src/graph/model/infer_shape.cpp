#include "qfx/graph/infer_shape.h"

#include <cmath>
#include <concepts>
#include <cstdlib>
#include <string>

#include "graph/model/limits.h"
#include "graph/model/move_fault.h"

#include "qfx/base/error.h"
#include "qfx/graph/clip.h"
#include "qfx/graph/graph.h"
#include "qfx/graph/window_counts.h"

namespace qfx::graph {
namespace {

// Kinds whose output has its inputs' shape, because each element comes from those at its place.
template <class Kind>
concept IsMap = std::same_as<decltype(std::declval<const Kind&>().form()), Map>;

// One node under inspection: knows how to say what is wrong with it.
struct Checker {
  const Op& op;
  const std::string& name;
  const std::vector<Shape>& inputs;

  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> text, Args&&... args) const {
    user_error("node '{}' ({}): {}", name, kind_name(op),
               fmt::format(text, std::forward<Args>(args)...));
  }

  void arity(const Arity& allowed) const {
    if (inputs.size() < allowed.least || inputs.size() > allowed.most)
      fail("the number of its inputs is {}, it must be {}{}", inputs.size(),
           allowed.least == allowed.most ? "" : "at least ", allowed.least);
  }

  // The tensor's size stays inside the limits, computed without overflow.
  void size(const Shape& shape, std::string_view whose) const {
    std::int64_t elements = 1;
    for (std::int64_t extent : shape) {
      if (extent < 1) fail("{} has shape {}; every size is at least 1", whose, to_string(shape));
      if (extent > kMaxElements / elements)
        fail("{} has shape {}, more than the {} elements allowed", whose, to_string(shape),
             kMaxElements);
      elements *= extent;
    }
  }

  // ---- an attribute by itself ----

  void operator()(const Attribute& attribute, std::int64_t value, const IntBounds& bounds,
                  const auto&) const {
    if (value < bounds.low || value > bounds.high)
      fail("{} is {}, allowed are {} to {}", attribute.name, value, bounds.low, bounds.high);
  }
  void operator()(const Attribute& attribute, const Pair& value, const IntBounds& bounds,
                  const auto& usual) const {
    for (std::int64_t side : value) (*this)(attribute, side, bounds, usual);
  }
  void operator()(const Attribute& attribute, const Sides& value, const IntBounds& bounds,
                  const auto& usual) const {
    for (std::int64_t side : {value.top, value.left, value.bottom, value.right})
      (*this)(attribute, side, bounds, usual);
  }
  void operator()(const Attribute& attribute, const Shape& values, const IntBounds& bounds,
                  const auto& usual) const {
    for (std::int64_t value : values) (*this)(attribute, value, bounds, usual);
  }
  void operator()(const Attribute& attribute, double value, const RealBounds& bounds,
                  const auto&) const {
    if (!bounds.hold(value)) fail("{} is {}, {}", attribute.name, value, bounds.sentence);
  }
  void operator()(const Attribute& attribute, const std::optional<fixed::Format>& value, AnyValue,
                  const auto&) const {
    if (!value) return;
    const int widest = value->is_signed ? kMaxSignedWidth : kMaxUnsignedWidth;
    if (value->width < 1 || value->width > widest || std::abs(value->frac_bits()) > kMaxFracBits)
      fail("{} is {}, allowed are 1 to {} bits and {} to {} fraction bits", attribute.name,
           fixed::to_string(*value), widest, -kMaxFracBits, kMaxFracBits);
    try {
      fixed::validate(*value);
    } catch (const UserError& error) {
      fail("{}: {}", attribute.name, error.what());
    }
  }
  void operator()(const Attribute&, const auto&, AnyValue, const auto&) const {}

  // ---- the node as a whole, its attributes within their bounds ----

  const Shape& image() const {
    if (inputs[0].size() != 3)
      fail("its input has shape {}, it takes an image [C, H, W]{}", to_string(inputs[0]),
           inputs[0].size() == 2 ? "; put an unsqueeze before it" : "");
    return inputs[0];
  }

  // Positions of a window along an axis.
  std::int64_t positions(const auto& op, int axis) const {
    const std::int64_t window = op.dilation[axis] * (op.kernel[axis] - 1) + 1;
    const std::int64_t padded = image()[1 + axis] + op.padding.both(axis);
    if (window > padded)
      fail(
          "its window spans {} rows or columns, the padded input {} has only {}; use a smaller "
          "kernel or dilation, or more padding",
          window, to_string(inputs[0]), padded);
    return (padded - window) / op.stride[axis] + 1;
  }

  // A maximum and a mean are of something: every window has an element of the image, or of padding
  // that counts.
  Shape pooled(const Window& pool) const {
    const Shape shape{image()[0], positions(pool, 0), positions(pool, 1)};
    for (int axis : {0, 1}) {
      const std::int64_t extent = image()[1 + axis], step = pool.dilation[axis];
      for (std::int64_t i = 0; i < shape[1 + axis]; ++i) {
        // From the first that counts.
        const std::int64_t begin =
            i * pool.stride[axis] - pool.padding.before(axis) + pool.counted.before(axis);
        const std::int64_t first = begin >= 0 ? 0 : (-begin + step - 1) / step;  // of its taps
        if (first < pool.kernel[axis] && begin + first * step < extent + pool.counted.both(axis))
          continue;
        fail(
            "its window at {} {} lies on padding alone (kernel {}, dilation {}, padding {} before and "
            "{} behind {}); every window must hold an element of the image: use less padding",
            axis == 0 ? "row" : "column", i, pool.kernel[axis], step, pool.padding.before(axis),
            pool.padding.after(axis), extent);
      }
    }
    return shape;
  }

  void preprocess(const Preprocess& p, std::int64_t channels) const {
    if (!kPositive.hold(p.divisor))
      fail("preprocess divisor is {}, {}", p.divisor, kPositive.sentence);
    for (const auto* list : {&p.mean, &p.std}) {
      const std::string_view what = list == &p.mean ? "mean" : "std";
      if (!list->empty() && static_cast<std::int64_t>(list->size()) != channels)
        fail("preprocess {} has {} entries, allowed are none or one for each of the {} channels",
             what, list->size(), channels);
      for (double value : *list) {
        if (!std::isfinite(value)) fail("preprocess {} holds {}, it must be finite", what, value);
      }
    }
    for (double value : p.std) {
      if (value <= 0) fail("preprocess std holds {}, it must be positive", value);
    }
  }

  void clip_bound(std::string_view which, double value) const {
    if (!is_clip_bound(value))
      fail("{} is {}, {}; the nearest is {}", which, value, kClipBounds.sentence,
           std::nearbyint(value * 0x1p32) * 0x1p-32);
  }

  // ---- the shape of the output ----

  template <IsMap Kind>
  Shape shape(const Kind&) const {
    for (const Shape& input : inputs) {
      if (input != inputs[0])
        fail("its inputs have shapes {} and {}, they must be equal", to_string(inputs[0]),
             to_string(input));
    }
    return inputs[0];
  }

  Shape shape(const Gate&) const {
    const Shape &x = inputs[0], &gate = inputs[1];
    if (x.size() < 2)
      fail("its first input has shape {}, it takes an image [C, H, W] or a sequence [C, L]; of "
           "vectors a mul is the product",
           to_string(x));
    if (gate[0] != x[0] || element_count(gate) != x[0])
      fail("its inputs have shapes {} and {}; the second must hold one number for each of the {} "
           "channels",
           to_string(x), to_string(gate), x[0]);
    return x;
  }

  Shape shape(const Clip& clip) const {
    clip_bound("min", clip.min);
    clip_bound("max", clip.max);
    if (clip.min >= clip.max)
      fail("min is {} and max is {}; min must be below max", clip.min, clip.max);
    return inputs[0];
  }

  Shape shape(const Function& function) const {
    const std::string_view name = to_string(function.function);
    if (!usual_alpha(function.function) && function.alpha != 0)
      fail("alpha is {}, and {} has none; leave it out", function.alpha, name);
    if (!usual_beta(function.function) && function.beta != 0)
      fail("beta is {}, and {} has none; leave it out", function.beta, name);
    if (function.function == FunctionName::Celu && function.alpha == 0)
      fail("alpha is 0, and celu divides by it; it must be another number");
    points(function);
    return inputs[0];
  }

  void points(const Function& function) const {
    const std::vector<Point>& points = function.points;
    if (function.function != FunctionName::Points) {
      if (!points.empty())
        fail("it has points, and {} takes none; leave them out, or make it 'points'",
             to_string(function.function));
      return;
    }
    if (points.size() < 2 || points.size() > kMaxPoints)
      fail("it has {} points [x, y]; 2 to {} are allowed", points.size(), kMaxPoints);
    for (std::size_t i = 0; i < points.size(); ++i) {
      for (const double value : points[i]) {
        if (!kSingles.hold(value)) fail("points[{}] holds {}, {}", i, value, kSingles.sentence);
      }
      if (i > 0 && points[i][0] < points[i - 1][0])
        fail("points[{}] has x {} after {}; x must not descend", i, points[i][0],
             points[i - 1][0]);
    }
  }

  Shape shape(const Prelu& prelu) const {
    parameter_count(prelu.num_parameters, "slope");
    return inputs[0];
  }

  // One parameter for all channels or one for each.
  void parameter_count(std::int64_t count, std::string_view what) const {
    if (count != 1 && count != inputs[0][0])
      fail("num_parameters is {}, allowed are 1 (one {} for all) and {} (one for each channel)",
           count, what, inputs[0][0]);
  }

  Shape shape(const Affine& affine) const {
    parameter_count(affine.num_parameters, "scale");
    return inputs[0];
  }

  Shape shape(const Thermometer& thermometer) const {
    Shape result = inputs[0];
    if (thermometer.levels > kMaxElements / result[0])
      fail("levels is {}, which makes more than {} channels", thermometer.levels, kMaxElements);
    result[0] *= thermometer.levels;
    return result;
  }

  Shape shape(const Input& input) const {
    if (input.shape.empty() || input.shape.size() > 3)
      fail("its shape is {}, allowed are [C, H, W], [C, L] and [N]", to_string(input.shape));
    size(input.shape, "it");
    preprocess(input.preprocess, input.shape[0]);
    return input.shape;
  }

  void binary_keys(const auto& product) const {
    if (!product.binary && product.clip_range != kBinaryClipRange)
      fail(
          "clip_range is {}, and it is about the gradient of binary weights; write binary = true, or "
          "leave it out",
          product.clip_range);
  }

  Shape shape(const Conv2d& conv) const {
    binary_keys(conv);
    return convolution(conv);
  }
  Shape shape(const FractionalConv2d& conv) const { return convolution(conv); }

  Shape convolution(const auto& conv) const {
    const Shape& x = image();
    if (x[0] % conv.groups != 0 || conv.out_channels % conv.groups != 0)
      fail("groups is {}, it must divide both the {} input channels and the {} output channels",
           conv.groups, x[0], conv.out_channels);
    return {conv.out_channels, positions(conv, 0), positions(conv, 1)};
  }

  Shape shape(const Linear& linear) const {
    if (inputs[0].size() != 1)
      fail("its input has shape {}, it takes a vector [N]; put a flatten before it",
           to_string(inputs[0]));
    binary_keys(linear);
    return {linear.out_features};
  }

  Shape shape(const MaxPool2d& pool) const { return pooled(pool.window()); }
  Shape shape(const AvgPool2d& pool) const {
    const Shape result = pooled(pool.window());
    if (window_counts(pool.window(), image(), result).divisor() == 0)
      fail(
          "its windows count so many different numbers of elements that these have no common "
          "multiple below 2^31; use a smaller kernel or less padding, or let padding count "
          "(count_include_pad)");
    return result;
  }
  Shape shape(const GlobalAvgPool2d&) const { return {image()[0], 1, 1}; }

  Shape shape(const Concat&) const {
    Shape result = inputs[0];
    for (std::size_t i = 1; i < inputs.size(); ++i) {
      Shape same_channels = inputs[i];
      same_channels[0] = inputs[0][0];
      if (same_channels != inputs[0])
        fail("its inputs have shapes {} and {}, they may differ in the first size alone",
             to_string(inputs[0]), to_string(inputs[i]));
      result[0] += inputs[i][0];
    }
    return result;
  }

  Shape shape(const Flatten&) const { return {element_count(inputs[0])}; }

  Shape shape(const Unsqueeze&) const {
    if (inputs[0].size() != 2)
      fail("its input has shape {}, it takes a sequence [C, L]", to_string(inputs[0]));
    return {inputs[0][0], 1, inputs[0][1]};
  }

  // What only moves has its view's shape.
  template <IsMove Kind>
  Shape shape(const Kind& kind) const {
    if constexpr (std::same_as<Kind, Upsample> || std::same_as<Kind, DepthToSpace> ||
                  std::same_as<Kind, SpaceToDepth>)
      image();
    const std::string fault = move_fault(kind, inputs[0]);
    if (!fault.empty()) fail("{}", fault);
    return kind.view(inputs[0]).shape();
  }

  Shape shape(const Softmax&) const { return inputs[0]; }
};

}  // namespace

Shape infer_shape(const Op& op, const std::vector<Shape>& inputs, const std::string& node_name) {
  const Checker checker{op, node_name, inputs};
  checker.arity(arity(op));
  Shape result = std::visit(
      [&](const auto& kind) {
        visit_attributes(kind, checker);
        return checker.shape(kind);
      },
      op);
  for (const auto& [role, shape] : param_shapes(op, inputs))
    checker.size(shape, fmt::format("its {}", to_string(role)));
  checker.size(result, "its output");
  return result;
}

ByRole<Shape> param_shapes(const Op& op, const std::vector<Shape>& inputs) {
  return std::visit(
      [&](const auto& kind) {
        if constexpr (requires { kind.params(inputs[0]); })
          return kind.params(inputs.at(0));
        else
          return ByRole<Shape>{};
      },
      op);
}

}  // namespace qfx::graph
