// Pixels that come from other places: blocks of channels, images of another size.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "imports/operators/rules.h"

namespace qfx::imports {
namespace {

// Four axes, N, C, H and W, and a block's size.
std::int64_t block_of(const Call& call) {
  const std::int64_t block = call.integer("blocksize", 0);
  if (call.in(0).shape.size() != 4)
    fault("its input has the shape {}; it takes images, [N, C, H, W]", to_string(call.in(0).shape));
  if (block < 1 || block > 1 << 16) fault("its blocksize is {}", block);
  return block;
}

// `place` gives the input's {c, y, x} for the output's.
template <class Place>
Tensors images(const Tensor& x, const Shape& shape, const Place& place) {
  if (!is_reasonable(shape)) fault("its output would have the shape {}", to_string(shape));
  if (!x.known) return {Tensor::unknown(shape, x.is_integer)};
  check_affordable(shape);
  std::vector<std::int64_t> index;
  index.reserve(static_cast<std::size_t>(element_count(shape)));
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t c = 0; c < shape[1]; ++c)
      for (std::int64_t i = 0; i < shape[2]; ++i)
        for (std::int64_t j = 0; j < shape[3]; ++j) {
          const std::array<std::int64_t, 3> from = place(c, i, j);
          index.push_back(((n * x.shape[1] + from[0]) * x.shape[2] + from[1]) * x.shape[3] +
                          from[2]);
        }
  return {gathered(x, shape, index)};
}

// ---- images of another size, by nearest neighbours

// Where a place of the output lies in the input, and which neighbour of that is taken: functions of
// one axis.
struct Nearest {
  std::string coordinates, neighbour;

  std::int64_t place(std::int64_t at, double scale, std::int64_t size, std::int64_t to) const {
    const auto i = static_cast<double>(at);
    double x = i / scale;  // asymmetric
    if (coordinates == "half_pixel") x = (i + 0.5) / scale - 0.5;
    if (coordinates == "half_pixel_symmetric") {
      const double adjusted = static_cast<double>(to) / (scale * static_cast<double>(size));
      const double center = static_cast<double>(size) / 2;
      x = center * (1 - adjusted) + (i + 0.5) / scale - 0.5;
    }
    if (coordinates == "pytorch_half_pixel") x = to > 1 ? (i + 0.5) / scale - 0.5 : 0;
    if (coordinates == "tf_half_pixel_for_nn") x = (i + 0.5) / scale;
    if (coordinates == "align_corners")
      x = to > 1 ? i * static_cast<double>(size - 1) / static_cast<double>(to - 1) : 0;
    double nearest = std::floor(x);
    if (neighbour == "ceil") nearest = std::ceil(x);
    if (neighbour == "round_prefer_floor") nearest = std::ceil(x - 0.5);
    if (neighbour == "round_prefer_ceil") nearest = std::floor(x + 0.5);
    return std::clamp(static_cast<std::int64_t>(nearest), std::int64_t{0}, size - 1);
  }
};

void one_of(const char* what, const std::string& value, std::initializer_list<const char*> known) {
  std::string list;
  for (const char* word : known) {
    if (value == word) return;
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  fault("its {} is '{}'; those that are here are {}", what, value, list);
}

void only_nearest(const Call& call) {
  const std::string mode = call.text("mode", "nearest");
  if (mode != "nearest")
    fault(
        "its mode is '{}', whose values are no exact sums of few bits; the nearest is the mode "
        "'nearest'",
        mode);
}

std::vector<std::int64_t> all_axes(std::size_t rank) {
  std::vector<std::int64_t> axes(rank);
  for (std::size_t i = 0; i < rank; ++i) axes[i] = static_cast<std::int64_t>(i);
  return axes;
}

// scales: for each axis; sizes: of the output, or nothing where they follow from the scales.
Tensors resampled(const Call& call, const Nearest& nearest, const std::vector<double>& scales,
                  const std::optional<Shape>& sizes) {
  const Tensor& x = call.in(0);
  Shape shape;
  std::vector<std::vector<std::int64_t>> places;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
    const double scale = scales[axis];
    if (!(scale > 0) || !std::isfinite(scale)) fault("a scale of it is {}", scale);
    const double wanted = sizes ? static_cast<double>((*sizes)[axis])
                                : std::floor(static_cast<double>(x.shape[axis]) * scale);
    if (!(wanted >= 1) || wanted > static_cast<double>(kMaxTensorElements))
      fault("an axis of its output would have {} places", wanted);
    shape.push_back(static_cast<std::int64_t>(wanted));
    if (!is_reasonable(shape)) fault("its output would have the shape {}", to_string(shape));
    places.emplace_back();
    for (std::int64_t i = 0; i < shape.back(); ++i)
      places.back().push_back(nearest.place(i, scale, x.shape[axis], shape.back()));
  }
  if (!x.known) return {Tensor::unknown(std::move(shape), x.is_integer)};
  check_affordable(shape);
  const std::vector<std::int64_t> strides = strides_of(x.shape);
  std::vector<std::int64_t> index{0};
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    std::vector<std::int64_t> next;
    next.reserve(index.size() * places[axis].size());
    for (const std::int64_t start : index)
      for (const std::int64_t place : places[axis]) next.push_back(start + place * strides[axis]);
    index = std::move(next);
  }
  return {gathered(x, std::move(shape), index)};
}

// Real constants: an input, which must be known.
std::vector<double> reals(const Call& call, std::size_t i, const char* what) {
  if (!call.in(i).known)
    fault("its {} are computed from the samples; they must be constants", what);
  std::vector<double> values;
  for (std::int64_t at = 0; at < call.in(i).size(); ++at) values.push_back(call.in(i).real(at));
  return values;
}

}  // namespace

Tensors depth_to_space(const Call& call) {
  const std::int64_t b = block_of(call);
  const std::string mode = call.text("mode", "DCR");
  one_of("mode", mode, {"DCR", "CRD"});
  const Tensor& x = call.in(0);
  if (x.shape[1] % (b * b) != 0)
    fault("its blocksize is {}, and its square does not divide the {} channels", b, x.shape[1]);
  const std::int64_t channels = x.shape[1] / (b * b);
  return images(
      x, {x.shape[0], channels, x.shape[2] * b, x.shape[3] * b},
      [&](std::int64_t c, std::int64_t i, std::int64_t j) {
        const std::int64_t place = i % b * b + j % b;
        return std::array{mode == "CRD" ? c * b * b + place : place * channels + c, i / b, j / b};
      });
}

Tensors space_to_depth(const Call& call) {
  const std::int64_t b = block_of(call);
  const Tensor& x = call.in(0);
  if (x.shape[2] % b != 0 || x.shape[3] % b != 0)
    fault("its blocksize is {}, which does not divide its input {}", b, to_string(x.shape));
  return images(x, {x.shape[0], x.shape[1] * b * b, x.shape[2] / b, x.shape[3] / b},
                [&](std::int64_t c, std::int64_t i, std::int64_t j) {
                  const std::int64_t place = c / x.shape[1];
                  return std::array{c % x.shape[1], i * b + place / b, j * b + place % b};
                });
}

Tensors resize(const Call& call) {
  only_nearest(call);
  const Tensor& x = call.in(0);
  const std::size_t rank = x.shape.size();
  if (call.node.opset < 11) {
    if (!call.has(1)) fault("its scales are missing");
    const std::vector<double> scales = reals(call, 1, "scales");
    if (scales.size() != rank) fault("it has {} scales for {} axes", scales.size(), rank);
    return resampled(call, {"asymmetric", "floor"}, scales, std::nullopt);
  }
  const Nearest nearest{call.text("coordinate_transformation_mode", "half_pixel"),
                        call.text("nearest_mode", "round_prefer_floor")};
  one_of("coordinate_transformation_mode", nearest.coordinates,
         {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "tf_half_pixel_for_nn",
          "asymmetric", "align_corners"});
  one_of("nearest_mode", nearest.neighbour,
         {"floor", "ceil", "round_prefer_floor", "round_prefer_ceil"});
  const std::string policy = call.text("keep_aspect_ratio_policy", "stretch");
  one_of("keep_aspect_ratio_policy", policy, {"stretch"});
  const std::vector<std::int64_t> axes = call.ints("axes").value_or(all_axes(rank));
  const bool by_size = call.has(3) && call.in(3).size() > 0;
  if (!by_size && (!call.has(2) || call.in(2).size() == 0))
    fault("its scales and its sizes are missing");
  const std::vector<double> given = by_size ? reals(call, 3, "sizes") : reals(call, 2, "scales");
  if (given.size() != axes.size())
    fault("it has {} {} for {} axes", given.size(), by_size ? "sizes" : "scales", axes.size());
  std::vector<double> scales(rank, 1);
  Shape sizes = x.shape;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = Call::axis(axes[i], rank);
    if (by_size) {
      if (!(given[i] >= 1) || given[i] > static_cast<double>(kMaxTensorElements))
        fault("a size of it is {}", given[i]);
      sizes[axis] = static_cast<std::int64_t>(given[i]);
      scales[axis] = given[i] / static_cast<double>(x.shape[axis]);
    } else {
      scales[axis] = given[i];
    }
  }
  return resampled(call, nearest, scales, by_size ? std::optional(sizes) : std::nullopt);
}

Tensors upsample(const Call& call) {
  only_nearest(call);
  std::vector<double> scales;
  if (call.has(1)) {
    scales = reals(call, 1, "scales");
  } else if (call.gives("scales")) {
    scales = *call.reals("scales");
  } else {
    scales = {1, 1, call.real("height_scale", 1), call.real("width_scale", 1)};
  }
  if (scales.size() != call.in(0).shape.size())
    fault("it has {} scales for {} axes", scales.size(), call.in(0).shape.size());
  return resampled(call, {"asymmetric", "floor"}, scales, std::nullopt);
}

}  // namespace qfx::imports
