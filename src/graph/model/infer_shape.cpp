#include "qfx/graph/infer_shape.h"

#include <cmath>
#include <limits>
#include <string>

#include "graph/model/limits.h"

#include "qfx/base/error.h"
#include "qfx/graph/clip.h"

namespace qfx::graph {
namespace {

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

  void arity(std::size_t count) const {
    if (inputs.size() != count)
      fail("the number of its inputs is {}, it must be {}", inputs.size(), count);
  }

  // The tensor's size stays inside the limits, computed without overflow.
  void size(const Shape& shape, std::string_view what) const {
    std::int64_t elements = 1;
    for (std::int64_t extent : shape) {
      if (extent < 1) fail("{} has shape {}; every size is at least 1", what, to_string(shape));
      if (extent > kMaxElements / elements)
        fail("{} has shape {}, more than the {} elements allowed", what, to_string(shape),
             kMaxElements);
      elements *= extent;
    }
  }

  const Shape& image() const {
    arity(1);
    if (inputs[0].size() != 3)
      fail("its input has shape {}, it takes an image [C, H, W]{}", to_string(inputs[0]),
           inputs[0].size() == 2 ? "; put an unsqueeze before it" : "");
    return inputs[0];
  }

  void between(std::string_view attribute, std::int64_t value, std::int64_t lowest,
               std::int64_t highest) const {
    if (value < lowest || value > highest)
      fail("{} is {}, allowed are {} to {}", attribute, value, lowest, highest);
  }

  void pair(std::string_view attribute, const Pair& value, std::int64_t lowest) const {
    for (std::int64_t side : value) between(attribute, side, lowest, kMaxAttribute);
  }

  // Positions of a window along one side.
  std::int64_t positions(std::int64_t extent, std::int64_t kernel, std::int64_t stride,
                         std::int64_t padding, std::int64_t dilation) const {
    const std::int64_t window = dilation * (kernel - 1) + 1;
    const std::int64_t padded = extent + 2 * padding;
    if (window > padded)
      fail(
          "its window spans {} rows or columns, the padded input {} has only {}; use a smaller "
          "kernel "
          "or dilation, or more padding",
          window, to_string(inputs[0]), padded);
    return (padded - window) / stride + 1;
  }

  Shape pool(const Pair& kernel, const Pair& stride, const Pair& padding) const {
    const Shape& x = image();
    pair("kernel", kernel, 1);
    pair("stride", stride, 1);
    pair("padding", padding, 0);
    for (int side : {0, 1}) {
      // As in torch; it also means that every window sees at least one real element.
      if (2 * padding[side] > kernel[side])
        fail("padding is {} for a kernel of {}, at most half the kernel is allowed", padding[side],
             kernel[side]);
    }
    return {x[0], positions(x[1], kernel[0], stride[0], padding[0], 1),
            positions(x[2], kernel[1], stride[1], padding[1], 1)};
  }

  void preprocess(const Preprocess& p, std::int64_t channels) const {
    if (!(std::isfinite(p.divisor) && p.divisor > 0))
      fail("preprocess divisor is {}, it must be positive and finite", p.divisor);
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

  Shape operator()(const Input& input) const {
    arity(0);
    if (input.shape.empty() || input.shape.size() > 3)
      fail("its shape is {}, allowed are [C, H, W], [C, L] and [N]", to_string(input.shape));
    size(input.shape, "it");
    preprocess(input.preprocess, input.shape[0]);
    return input.shape;
  }

  Shape operator()(const Cast&) const {
    arity(1);
    return inputs[0];
  }

  Shape operator()(const Conv2d& conv) const {
    const Shape& x = image();
    between("out_channels", conv.out_channels, 1, kMaxElements);
    pair("kernel", conv.kernel, 1);
    pair("stride", conv.stride, 1);
    pair("padding", conv.padding, 0);
    pair("dilation", conv.dilation, 1);
    between("groups", conv.groups, 1, kMaxElements);
    if (x[0] % conv.groups != 0 || conv.out_channels % conv.groups != 0)
      fail("groups is {}, it must divide both the {} input channels and the {} output channels",
           conv.groups, x[0], conv.out_channels);
    size({conv.out_channels, x[0] / conv.groups, conv.kernel[0], conv.kernel[1]}, "its weight");
    return {
        conv.out_channels,
        positions(x[1], conv.kernel[0], conv.stride[0], conv.padding[0], conv.dilation[0]),
        positions(x[2], conv.kernel[1], conv.stride[1], conv.padding[1], conv.dilation[1]),
    };
  }

  Shape operator()(const Linear& linear) const {
    arity(1);
    if (inputs[0].size() != 1)
      fail("its input has shape {}, it takes a vector [N]; put a flatten before it",
           to_string(inputs[0]));
    between("out_features", linear.out_features, 1, kMaxElements);
    size({linear.out_features, inputs[0][0]}, "its weight");
    return {linear.out_features};
  }

  Shape operator()(const BatchNorm& norm) const {
    arity(1);
    if (!(std::isfinite(norm.eps) && norm.eps > 0))
      fail("eps is {}, it must be positive and finite", norm.eps);
    if (!(norm.momentum >= 0 && norm.momentum <= 1))
      fail("momentum is {}, allowed are 0 to 1", norm.momentum);
    return inputs[0];
  }

  Shape operator()(const Relu&) const {
    arity(1);
    return inputs[0];
  }

  void bound(std::string_view which, double value) const {
    if (!is_clip_bound(value))
      fail("{} is {}, it must be a multiple of 2^-32 from -2^31 to 2^31{}", which, value,
           std::abs(value) < 0x1p31
               ? fmt::format("; the nearest is {}", std::nearbyint(value * 0x1p32) * 0x1p-32)
               : "");
  }

  Shape operator()(const Clip& clip) const {
    arity(1);
    bound("min", clip.min);
    bound("max", clip.max);
    if (clip.min >= clip.max)
      fail("min is {} and max is {}; min must be below max", clip.min, clip.max);
    return inputs[0];
  }

  Shape operator()(const Prelu& prelu) const {
    arity(1);
    if (prelu.num_parameters != 1 && prelu.num_parameters != inputs[0][0])
      fail("num_parameters is {}, allowed are 1 (one slope for all) and {} (one for each channel)",
           prelu.num_parameters, inputs[0][0]);
    return inputs[0];
  }

  Shape operator()(const LeakyRelu& leaky) const {
    arity(1);
    // it becomes a float on its way to the slope's format
    if (!(std::abs(leaky.negative_slope) <= std::numeric_limits<float>::max()))
      fail("negative_slope is {}, it must be a finite single-precision number",
           leaky.negative_slope);
    return inputs[0];
  }

  Shape operator()(const Shift&) const {
    arity(1);
    return inputs[0];
  }

  Shape operator()(const MaxPool2d& p) const { return pool(p.kernel, p.stride, p.padding); }
  Shape operator()(const AvgPool2d& p) const { return pool(p.kernel, p.stride, p.padding); }
  Shape operator()(const GlobalAvgPool2d&) const { return {image()[0], 1, 1}; }

  Shape pair_of_one_shape() const {
    arity(2);
    if (inputs[0] != inputs[1])
      fail("its inputs have shapes {} and {}, they must be equal", to_string(inputs[0]),
           to_string(inputs[1]));
    return inputs[0];
  }

  Shape operator()(const Add&) const { return pair_of_one_shape(); }
  Shape operator()(const Sub&) const { return pair_of_one_shape(); }
  Shape operator()(const Mul&) const { return pair_of_one_shape(); }

  Shape operator()(const Concat&) const {
    if (inputs.size() < 2)
      fail("the number of its inputs is {}, it must be at least 2", inputs.size());
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

  Shape operator()(const Flatten&) const {
    arity(1);
    return {element_count(inputs[0])};
  }

  Shape operator()(const Unsqueeze&) const {
    arity(1);
    if (inputs[0].size() != 2)
      fail("its input has shape {}, it takes a sequence [C, L]", to_string(inputs[0]));
    return {inputs[0][0], 1, inputs[0][1]};
  }

  Shape operator()(const Function&) const {
    arity(1);
    return inputs[0];
  }

  Shape operator()(const Softmax& softmax) const {
    arity(1);
    between("table_width", softmax.table_width, kMinSoftmaxTableWidth, kMaxSoftmaxTableWidth);
    return inputs[0];
  }
};

ByRole<Shape> weight_and_bias(Shape weight, bool has_bias) {
  ByRole<Shape> result;
  if (has_bias) result[Role::Bias] = {weight[0]};
  result[Role::Weight] = std::move(weight);
  return result;
}

}  // namespace

Shape infer_shape(const Op& op, const std::vector<Shape>& inputs, const std::string& node_name) {
  const Checker checker{op, node_name, inputs};
  Shape result = std::visit(checker, op);
  checker.size(result, "its output");
  return result;
}

ByRole<Shape> param_shapes(const Op& op, const std::vector<Shape>& inputs) {
  using Shapes = ByRole<Shape>;
  return std::visit(
      Overloaded{
          [](const Input&) { return Shapes{}; },
          [](const Cast&) { return Shapes{}; },
          [&](const Conv2d& conv) {
            return weight_and_bias(
                {conv.out_channels, inputs.at(0)[0] / conv.groups, conv.kernel[0], conv.kernel[1]},
                conv.has_bias);
          },
          [&](const Linear& linear) {
            return weight_and_bias({linear.out_features, inputs.at(0)[0]}, linear.has_bias);
          },
          [&](const BatchNorm&) {
            const Shape channels{inputs.at(0)[0]};
            return Shapes{{Role::Scale, channels}, {Role::Offset, channels}};
          },
          [](const Relu&) { return Shapes{}; },
          [](const Clip&) { return Shapes{}; },
          [](const Prelu& prelu) {
            return Shapes{{Role::Slope, {prelu.num_parameters}}};
          },
          [](const LeakyRelu&) {
            return Shapes{{Role::Slope, {1}}};
          },
          [&](const Shift&) {
            return Shapes{{Role::Offset, {inputs.at(0)[0]}}};
          },
          [](const MaxPool2d&) { return Shapes{}; },
          [](const AvgPool2d&) { return Shapes{}; },
          [](const GlobalAvgPool2d&) { return Shapes{}; },
          [](const Add&) { return Shapes{}; },
          [](const Sub&) { return Shapes{}; },
          [](const Mul&) { return Shapes{}; },
          [](const Concat&) { return Shapes{}; },
          [](const Flatten&) { return Shapes{}; },
          [](const Unsqueeze&) { return Shapes{}; },
          [](const Function&) { return Shapes{}; },
          [](const Softmax&) { return Shapes{}; },
      },
      op);
}

}  // namespace qfx::graph
