// Images of another size by straight lines between neighbours, without weights.
//
// Note [Means of repeated pixels]
// Along an axis a place x between the pixels k and k + 1 has (1 - f) of the first and f of the second,
// f = x - k. Where every pixel is repeated u times, that is the mean of the u repetitions that begin
// at u * x: u * (1 - f) of them are the first pixel's. Output place i lies at x = a + i * q / p, so a
// u that makes u * a and u * q / p whole makes all of them a mean pool, whose stride is u * q / p: exact,
// one rounding, no constant. What ONNX clamps at the ends are windows that reach beyond the image, of
// which the mean over what lies inside is the last pixel: padding that does not count.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "imports/lower/lowering.h"
#include "imports/operators/resampling.h"

namespace qfx::imports {

// Along one axis: pixels repeated, then windows of them.
struct Means {
  std::int64_t extent = 1, repeat = 1, kernel = 1, stride = 1;
  std::int64_t begin = 0;  // where the first window does; below 0 before the image
  std::int64_t positions = 1;

  bool is_idle() const {
    return repeat == 1 && kernel == 1 && stride == 1 && begin == 0 && positions == extent;
  }
  bool is_mean() const { return kernel > 1; }
  std::int64_t before() const { return std::max<std::int64_t>(-begin, 0); }
  std::int64_t cut() const { return std::max<std::int64_t>(begin, 0); }
  // Behind the image.
  std::int64_t after() const {
    const std::int64_t end = begin + (positions - 1) * stride + kernel;
    return std::max<std::int64_t>(end - extent * repeat, 0);
  }
};

namespace {

using graph::NodeId;
using graph::Pair;

// Repetitions of one axis, and of both where one pool does both.
constexpr std::int64_t kMostRepeats = 256, kMostTogether = 64;

// p / q, with the smallest q that single precision cannot tell from `scale`.
std::optional<Pair> fraction(double scale) {
  for (std::int64_t q = 1; q <= kMostRepeats; ++q) {
    const double p = std::round(scale * static_cast<double>(q));
    if (p < 1 || std::abs(p / static_cast<double>(q) - scale) > 1e-7 * scale) continue;
    return Pair{static_cast<std::int64_t>(p), q};
  }
  return std::nullopt;
}

Means means_along(const Resampling& resampling, std::size_t axis, std::int64_t extent) {
  Means means{.extent = extent, .positions = resampling.shape[axis]};
  const std::string& mode = resampling.coordinates;
  const bool is_pixel = mode == "half_pixel" || mode == "half_pixel_symmetric" ||
                        (mode == "pytorch_half_pixel" && means.positions > 1);
  if (mode == "tf_half_pixel_for_nn")
    fault("its coordinate_transformation_mode is '{}', which is one of the mode 'nearest'", mode);
  if (extent == 1) {
    means.repeat = means.positions;
    return means;
  }
  if ((mode == "align_corners" || mode == "pytorch_half_pixel") && means.positions == 1) return means;
  auto ratio = fraction(resampling.scales[axis]);
  if (mode == "align_corners") {
    const std::int64_t p = means.positions - 1, q = extent - 1, common = std::gcd(p, q);
    ratio = Pair{p / common, q / common};
  }
  if (mode == "half_pixel_symmetric" && ratio &&
      (*ratio)[0] * extent != (*ratio)[1] * means.positions)
    ratio = std::nullopt;
  if (!ratio || (*ratio)[0] > kMostRepeats || (*ratio)[1] > (std::int64_t{1} << 16))
    fault(
        "it makes {} places of {}, which is no fraction of small numbers; the nearest is a whole "
        "factor, or the mode 'nearest'",
        means.positions, extent);
  const auto [p, q] = std::pair((*ratio)[0], (*ratio)[1]);
  means.repeat = means.kernel = p;
  means.stride = q;
  if (!is_pixel) return means;
  if (p == 1 && q % 2 == 0) {  // the mean of two whole pixels
    means.kernel = 2;
    means.begin = q / 2 - 1;
  } else if ((q - p) % 2 == 0) {
    means.begin = (q - p) / 2;
  } else {
    means.repeat = means.kernel = 2 * p;
    means.stride = 2 * q;
    means.begin = q - p;
  }
  return means;
}

}  // namespace

// One pool over windows along both axes; of each as many places stay as were asked for.
NodeId Lowering::means(NodeId from, const Shape& in, const std::array<Means, 2>& axes) {
  NodeId id = from;
  const Means &tall = axes[0], &wide = axes[1];
  if (tall.repeat > 1 || wide.repeat > 1)
    id = append(graph::Upsample{{tall.repeat, wide.repeat}}, {id});
  const auto slice = [&](Shape begin, Shape end, Shape step) {
    const Shape held = builder_.shape(id);
    if (begin == Shape{0, 0, 0} && end == held && step == Shape{1, 1, 1}) return;
    if (step == Shape{1, 1, 1}) step.clear();
    id = append(graph::Slice{.begin = std::move(begin), .end = std::move(end), .step = std::move(step)},
                {id});
  };
  const Shape repeated = builder_.shape(id);
  const bool is_mean = tall.is_mean() || wide.is_mean();
  if (!is_mean) {
    slice({0, tall.begin, wide.begin},
          {in[0], tall.begin + (tall.positions - 1) * tall.stride + 1,
           wide.begin + (wide.positions - 1) * wide.stride + 1},
          {1, tall.stride, wide.stride});
    return id;
  }
  slice({0, tall.cut(), wide.cut()}, repeated, {1, 1, 1});
  const graph::Sides padding{tall.before(), wide.before(), tall.after(), wide.after()};
  id = append(graph::AvgPool2d{.kernel = {tall.kernel, wide.kernel},
                               .stride = {tall.stride, wide.stride},
                               .padding = padding,
                               .count_include_pad = padding == graph::Sides()},
              {id});
  slice({0, 0, 0}, {in[0], tall.positions, wide.positions}, {1, 1, 1});
  return id;
}

void Lowering::resize(const Node& node) {
  const Call call = call_of(node);
  const Resampling resampling = read_resampling(call);
  if (!resampling.is_linear) return arrange(node);
  const Spot value = input_of(node);
  const Shape& in = value.shape;
  for (std::size_t axis = 0; axis < std::min<std::size_t>(in.size(), 2); ++axis) {
    if (resampling.shape[axis] != in[axis] || resampling.scales[axis] != 1)
      fault("it makes {} of {}; the nearest is a Resize of the axes behind the channels",
            to_string(resampling.shape), to_string(in));
  }
  const auto [x, channels] = image(value);
  std::array<Means, 2> axes;
  const bool is_upright = in.size() == 3 && x.held[2] == 1 && x.held[1] != 1;
  if (in.size() == 4) {
    axes = {means_along(resampling, 2, in[2]), means_along(resampling, 3, in[3])};
  } else {
    axes[is_upright ? 0 : 1] = means_along(resampling, 2, in[2]);
  }
  NodeId id = x.node;
  // Long windows in one direction after the other: two roundings, but the sum of two lengths and not
  // their product.
  if (axes[0].kernel * axes[1].kernel > kMostTogether && axes[0].is_mean() && axes[1].is_mean()) {
    Means rows{.extent = in[3], .positions = in[3]}, columns = axes[1];
    Shape held = x.held;
    id = means(id, held, {axes[0], rows});
    held = builder_.shape(id);
    id = means(id, held, {Means{.extent = held[1], .positions = held[1]}, columns});
  } else {
    id = means(id, x.held, axes);
  }
  place(node.outputs[0],
        spot_of_channels(id, builder_.shape(id), resampling.shape, channels));
}

}  // namespace qfx::imports
