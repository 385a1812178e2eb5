// Images of another size: by nearest neighbours, or straight lines between neighbours.
#include <algorithm>
#include <cmath>
#include <optional>

#include "imports/operators/resampling.h"
#include "imports/operators/rules.h"

namespace qfx::imports {
namespace {

void one_of(const char* what, const std::string& value, std::initializer_list<const char*> known) {
  std::string list;
  for (const char* word : known) {
    if (value == word) return;
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  fault("its {} is '{}'; those that are here are {}", what, value, list);
}

bool reads_linear(const Call& call) {
  const std::string mode = call.text("mode", "nearest");
  if (mode == "cubic")
    fault(
        "its mode is 'cubic', whose weights have no exact form of few bits; the nearest is the mode "
        "'linear'");
  one_of("mode", mode, {"nearest", "linear", "bilinear"});
  return mode != "nearest";
}

// Real constants: an input, which must be known.
std::vector<double> reals(const Call& call, std::size_t i, const char* what) {
  if (!call.in(i).known)
    fault("its {} are computed from the samples; they must be constants", what);
  std::vector<double> values;
  for (std::int64_t at = 0; at < call.in(i).size(); ++at) values.push_back(call.in(i).real(at));
  return values;
}

// sizes: of the output, or nothing where they follow from the scales.
void set_shape(Resampling& resampling, const Shape& in, const std::optional<Shape>& sizes) {
  if (resampling.scales.size() != in.size())
    fault("it has {} scales for {} axes", resampling.scales.size(), in.size());
  for (std::size_t axis = 0; axis < in.size(); ++axis) {
    const double scale = resampling.scales[axis];
    if (!(scale > 0) || !std::isfinite(scale)) fault("a scale of it is {}", scale);
    const double wanted = sizes ? static_cast<double>((*sizes)[axis])
                                : std::floor(static_cast<double>(in[axis]) * scale);
    if (!(wanted >= 1) || wanted > static_cast<double>(kMaxTensorElements))
      fault("an axis of its output would have {} places", wanted);
    resampling.shape.push_back(static_cast<std::int64_t>(wanted));
  }
  if (!is_reasonable(resampling.shape))
    fault("its output would have the shape {}", to_string(resampling.shape));
}

Resampling read_upsample(const Call& call) {
  Resampling result{.coordinates = "asymmetric",
                    .neighbour = "floor",
                    .is_linear = reads_linear(call),
                    .scales = {},
                    .shape = {}};
  if (call.node.op == "Resize" && !call.has(1)) fault("its scales are missing");
  if (call.has(1))
    result.scales = reals(call, 1, "scales");
  else if (call.gives("scales"))
    result.scales = *call.reals("scales");
  else
    result.scales = {1, 1, call.real("height_scale", 1), call.real("width_scale", 1)};
  set_shape(result, call.in(0).shape, std::nullopt);
  return result;
}

// Along each axis one of the input's places, or two of them and the share of the second.
struct Share {
  std::int64_t first, second;
  double part;
};

std::vector<Share> shares_along(const Resampling& resampling, std::size_t axis, std::int64_t size) {
  std::vector<Share> shares;
  for (std::int64_t i = 0; i < resampling.shape[axis]; ++i) {
    const double x = resampling.place(axis, i, size);
    const auto inside = [&](double place) {
      return std::clamp(static_cast<std::int64_t>(place), std::int64_t{0}, size - 1);
    };
    if (resampling.is_linear) {
      const double below = std::floor(x);
      shares.push_back({inside(below), inside(below + 1), x - below});
      continue;
    }
    double nearest = std::floor(x);
    if (resampling.neighbour == "ceil") nearest = std::ceil(x);
    if (resampling.neighbour == "round_prefer_floor") nearest = std::ceil(x - 0.5);
    if (resampling.neighbour == "round_prefer_ceil") nearest = std::floor(x + 0.5);
    shares.push_back({inside(nearest), inside(nearest), 0});
  }
  return shares;
}

// One axis of the other size.
Tensor along(const Tensor& x, std::size_t axis, const std::vector<Share>& shares) {
  Shape shape = x.shape;
  shape[axis] = std::ssize(shares);
  check_affordable(shape);
  const std::int64_t inner = strides_of(x.shape)[axis], size = x.shape[axis];
  Tensor y{.shape = std::move(shape), .is_integer = x.is_integer};
  for (std::int64_t block = 0; block < x.size(); block += size * inner) {
    for (const Share& share : shares) {
      for (std::int64_t i = 0; i < inner; ++i) {
        const std::int64_t a = block + share.first * inner + i, b = block + share.second * inner + i;
        if (x.is_integer)
          y.integers.push_back(x.integers[a]);
        else
          y.reals.push_back((1 - share.part) * x.reals[a] + share.part * x.reals[b]);
      }
    }
  }
  return y;
}

}  // namespace

double Resampling::place(std::size_t axis, std::int64_t at, std::int64_t size) const {
  const auto i = static_cast<double>(at);
  const double scale = scales[axis];
  const std::int64_t to = shape[axis];
  if (coordinates == "half_pixel") return (i + 0.5) / scale - 0.5;
  if (coordinates == "half_pixel_symmetric") {
    const double adjusted = static_cast<double>(to) / (scale * static_cast<double>(size));
    const double center = static_cast<double>(size) / 2;
    return center * (1 - adjusted) + (i + 0.5) / scale - 0.5;
  }
  if (coordinates == "pytorch_half_pixel") return to > 1 ? (i + 0.5) / scale - 0.5 : 0;
  if (coordinates == "tf_half_pixel_for_nn") return (i + 0.5) / scale;
  if (coordinates == "align_corners")
    return to > 1 ? i * static_cast<double>(size - 1) / static_cast<double>(to - 1) : 0;
  return i / scale;  // asymmetric
}

Resampling read_resampling(const Call& call) {
  const Tensor& x = call.in(0);
  const std::size_t rank = x.shape.size();
  if (call.node.op == "Upsample" || call.node.opset < 11) return read_upsample(call);
  Resampling result{.coordinates = call.text("coordinate_transformation_mode", "half_pixel"),
                    .neighbour = call.text("nearest_mode", "round_prefer_floor"),
                    .is_linear = reads_linear(call),
                    .scales = std::vector<double>(rank, 1),
                    .shape = {}};
  one_of("coordinate_transformation_mode", result.coordinates,
         {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "tf_half_pixel_for_nn",
          "asymmetric", "align_corners"});
  one_of("nearest_mode", result.neighbour,
         {"floor", "ceil", "round_prefer_floor", "round_prefer_ceil"});
  one_of("keep_aspect_ratio_policy", call.text("keep_aspect_ratio_policy", "stretch"), {"stretch"});
  std::vector<std::int64_t> axes(rank);
  for (std::size_t i = 0; i < rank; ++i) axes[i] = static_cast<std::int64_t>(i);
  axes = call.ints("axes").value_or(axes);
  const bool by_size = call.has(3) && call.in(3).size() > 0;
  if (!by_size && (!call.has(2) || call.in(2).size() == 0))
    fault("its scales and its sizes are missing");
  const std::vector<double> given = by_size ? reals(call, 3, "sizes") : reals(call, 2, "scales");
  if (given.size() != axes.size())
    fault("it has {} {} for {} axes", given.size(), by_size ? "sizes" : "scales", axes.size());
  Shape sizes = x.shape;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = Call::axis(axes[i], rank);
    if (by_size) {
      if (!(given[i] >= 1) || given[i] > static_cast<double>(kMaxTensorElements))
        fault("a size of it is {}", given[i]);
      sizes[axis] = static_cast<std::int64_t>(given[i]);
      result.scales[axis] = given[i] / static_cast<double>(x.shape[axis]);
    } else {
      result.scales[axis] = given[i];
    }
  }
  set_shape(result, x.shape, by_size ? std::optional(sizes) : std::nullopt);
  const bool shrinks = std::ranges::any_of(result.scales, [](double s) { return s < 1; });
  if (result.is_linear && shrinks && call.integer("antialias", 0) != 0)
    fault("its attribute antialias is 1, where it makes images smaller; the nearest is an "
          "AveragePool");
  if (result.is_linear && x.is_integer)
    fault("its input holds integers; it is computed on real numbers");
  return result;
}

Tensors resize(const Call& call) {
  const Tensor& x = call.in(0);
  const Resampling resampling = read_resampling(call);
  if (!x.known) return {Tensor::unknown(resampling.shape, x.is_integer)};
  Tensor y = x;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
    const std::vector<Share> shares = shares_along(resampling, axis, x.shape[axis]);
    bool moves = resampling.shape[axis] != x.shape[axis];
    for (std::int64_t i = 0; !moves && i < x.shape[axis]; ++i)
      moves = shares[i].first != i || shares[i].part != 0;
    if (moves) y = along(y, axis, shares);
  }
  return {std::move(y)};
}

}  // namespace qfx::imports
