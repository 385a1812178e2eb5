#include "imports/operators/transposed.h"

#include "imports/operators/rules.h"

namespace qfx::imports {
namespace {

constexpr std::int64_t kLargestExtent = std::int64_t{1} << 16;

// A list with an entry for each axis, none of them below `least`.
std::vector<std::int64_t> by_axis(const Call& call, const char* name, std::size_t count,
                                  std::int64_t usual, std::int64_t least) {
  const auto given = call.ints(name);
  if (!given) return std::vector<std::int64_t>(count, usual);
  if (given->size() != count) fault("its {} has {} entries for {}", name, given->size(), count);
  for (const std::int64_t value : *given)
    if (value < least || value > kLargestExtent) fault("its {} holds {}", name, value);
  return *given;
}

}  // namespace

std::vector<TransposedAxis> read_transposed(const Call& call, const Shape& input, Shape kernel) {
  const std::size_t count = kernel.size();
  if (count < 1 || count > 2 || input.size() != count + 2)
    fault("its input has the shape {}; images and sequences are taken", to_string(input));
  if (const auto given = call.ints("kernel_shape"); given && *given != kernel)
    fault("its kernel_shape is {} and its weight's {}", to_string(*given), to_string(kernel));
  const auto strides = by_axis(call, "strides", count, 1, 1);
  const auto dilations = by_axis(call, "dilations", count, 1, 1);
  const auto pads = by_axis(call, "pads", 2 * count, 0, 0);
  const auto added = by_axis(call, "output_padding", count, 0, 0);
  const std::string automatic = call.text("auto_pad", "NOTSET");
  const bool is_upper = automatic == "SAME_UPPER";
  const bool is_same = is_upper || automatic == "SAME_LOWER";
  if (!is_same && automatic != "NOTSET" && automatic != "VALID" && !automatic.empty())
    fault("its attribute auto_pad is '{}'; NOTSET, VALID, SAME_UPPER and SAME_LOWER are known",
          automatic);
  std::vector<std::int64_t> wanted;
  if (const auto given = call.ints("output_shape")) {
    wanted = *given;
    if (wanted.size() == count + 2) wanted.erase(wanted.begin(), wanted.begin() + 2);
    if (wanted.size() != count) fault("its output_shape has {} entries", given->size());
  }
  std::vector<TransposedAxis> axes;
  for (std::size_t i = 0; i < count; ++i) {
    TransposedAxis axis{.extent = input[i + 2],
                        .kernel = kernel[i],
                        .stride = strides[i],
                        .dilation = dilations[i]};
    if (axis.kernel < 1 || axis.kernel > kLargestExtent) fault("its kernel is {}", axis.kernel);
    const std::int64_t whole = axis.stride * (axis.extent - 1) + added[i] + axis.span();
    if (!wanted.empty() || is_same) {
      axis.positions = wanted.empty() ? axis.extent * axis.stride : wanted[i];
      const std::int64_t cut = whole - axis.positions;
      if (axis.positions < 1 || cut < 0)
        fault("its output would have {} places of {}; the nearest is an output_padding",
              axis.positions, whole);
      axis.before = is_upper ? cut / 2 : cut - cut / 2;
    } else {
      const bool is_valid = automatic == "VALID";
      axis.before = is_valid ? 0 : pads[i];
      axis.positions = whole - axis.before - (is_valid ? 0 : pads[i + count]);
    }
    if (axis.positions < 1) fault("its pads leave nothing of {} places", whole);
    axes.push_back(axis);
  }
  return axes;
}

std::vector<TransposedAxis> as_plane(std::vector<TransposedAxis> axes) {
  if (axes.size() == 1) axes.insert(axes.begin(), TransposedAxis{});
  return axes;
}

Tensors conv_transpose(const Call& call) {
  const Tensor &x = call.in(0), &w = call.in(1);
  for (const Tensor* input : call.inputs)
    if (input != nullptr && input->is_integer)
      fault("an input of it holds integers; it is computed on real numbers");
  if (w.shape.size() != x.shape.size() || w.shape.size() < 3 || w.shape[0] != x.shape[1])
    fault("its input has the shape {} and its weight {}", to_string(x.shape), to_string(w.shape));
  const std::int64_t groups = call.integer("group", 1), each = w.shape[1];
  if (groups < 1 || each < 1 || x.shape[1] % groups != 0 || groups > kLargestExtent || each > kLargestExtent)
    fault("its group is {}, for an input of {} and a weight of {}", groups, to_string(x.shape),
          to_string(w.shape));
  const auto axes = read_transposed(call, x.shape, Shape(w.shape.begin() + 2, w.shape.end()));
  Shape shape{x.shape[0], groups * each};
  for (const TransposedAxis& axis : axes) shape.push_back(axis.positions);
  if (!is_reasonable(shape)) fault("its output would have the shape {}", to_string(shape));
  if (call.has(2) && call.in(2).shape != Shape{groups * each})
    fault("its bias has the shape {}, it must be [{}]", to_string(call.in(2).shape), groups * each);
  if (!call.known()) return {Tensor::unknown(std::move(shape))};
  check_affordable(shape);
  const std::vector<TransposedAxis> plane = as_plane(axes);
  const TransposedAxis &tall = plane[0], &wide = plane[1];
  const std::int64_t taps = tall.kernel * wide.kernel, in_size = tall.extent * wide.extent;
  const std::int64_t out_size = tall.positions * wide.positions;
  check_affordable_work(static_cast<double>(x.size()) * static_cast<double>(each * taps));
  Tensor y = Tensor::of(shape, std::vector<double>(element_count(shape)));
  const std::int64_t depth = x.shape[1] / groups;
  for (std::int64_t n = 0; n < x.shape[0]; ++n) {
    for (std::int64_t o = 0; o < groups * each; ++o) {
      double* out = y.reals.data() + (n * groups * each + o) * out_size;
      if (call.has(2)) std::fill(out, out + out_size, call.in(2).reals[o]);
      for (std::int64_t c = o / each * depth; c < (o / each + 1) * depth; ++c) {
        const double* in = x.reals.data() + (n * x.shape[1] + c) * in_size;
        const double* weights = w.reals.data() + (c * each + o % each) * taps;
        for (std::int64_t at = 0; at < in_size * taps; ++at) {
          const std::int64_t place = at / taps, tap = at % taps;
          const std::int64_t row =
              place / wide.extent * tall.stride + tap / wide.kernel * tall.dilation - tall.before;
          const std::int64_t column =
              place % wide.extent * wide.stride + tap % wide.kernel * wide.dilation - wide.before;
          if (row < 0 || row >= tall.positions || column < 0 || column >= wide.positions) continue;
          out[row * wide.positions + column] += in[place] * weights[tap];
        }
      }
    }
  }
  return {std::move(y)};
}

}  // namespace qfx::imports
