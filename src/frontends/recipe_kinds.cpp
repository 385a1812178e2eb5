#include "frontends/recipe_kinds.h"

#include <algorithm>
#include <concepts>
#include <optional>
#include <utility>

#include "qfx/base/error.h"

namespace qfx::frontends {
namespace {

constexpr const char* kCeilMode = "ceil_mode";

using graph::AnyValue;
using graph::Attribute;
using graph::IntBounds;
using graph::RealBounds;

struct KeyCollector {
  std::vector<std::pair<std::string, std::string>> keys;
  void operator()(const Attribute& attribute, const auto&, const auto&, const auto&) {
    keys.emplace_back(attribute.torch, attribute.torch);
  }
};

LayerKind plain(graph::Op op, Axes axes = Axes::Both) {
  KeyCollector collector;
  std::visit([&](const auto& kind) { visit_attributes(kind, collector); }, op);
  return {.op = std::move(op), .axes = axes, .keys = std::move(collector.keys)};
}

LayerKind special(graph::Op op, std::vector<std::pair<std::string, std::string>> keys = {}) {
  return {.op = std::move(op), .axes = Axes::Both, .keys = std::move(keys), .is_special = true};
}

// Reads what graph's kinds say of their attributes (qfx/graph/attribute.h) from a layer's table.
struct OpReader {
  const TableReader& layer;
  const LayerKind& kind;

  void operator()(const Attribute& attribute, auto& member, const auto& bounds,
                  const auto& usual) const {
    const auto named =
        std::ranges::find(kind.keys, attribute.torch, &std::pair<std::string, std::string>::first);
    if (named == kind.keys.end()) return;
    const std::string& key = named->second;
    if (const auto value = read(key, member, bounds)) {
      member = *value;
    } else if (!kind.is_special) {
      if constexpr (std::same_as<decltype(usual), const graph::Required&>)
        layer.fail(fmt::format("this layer needs {}{}", key, hint(member)));
      else
        member = usual;
    }
  }

  std::optional<std::int64_t> read(const std::string& key, std::int64_t, IntBounds bounds) const {
    return layer.integer(key, bounds);
  }
  // What a sequence has in the direction of its one row, 1 or a padding of 0, is the least allowed.
  std::optional<graph::Pair> read(const std::string& key, graph::Pair, IntBounds bounds) const {
    if (kind.axes == Axes::Both) return layer.pair(key, bounds);
    const auto along = layer.integer(key, bounds);
    return along ? std::optional(graph::Pair{bounds.low, *along}) : std::nullopt;
  }
  std::optional<graph::Sides> read(const std::string& key, const graph::Sides&,
                                   IntBounds bounds) const {
    if (kind.axes == Axes::Both) return layer.sides(key, bounds);
    const auto along = layer.ends(key, bounds);
    if (!along) return std::nullopt;
    return graph::Sides{bounds.low, (*along)[0], bounds.low, (*along)[1]};
  }
  std::optional<graph::Shape> read(const std::string& key, const graph::Shape&,
                                   IntBounds bounds) const {
    return layer.integers(key, bounds);
  }
  std::optional<double> read(const std::string& key, double, const RealBounds& bounds) const {
    return layer.real(key, bounds);
  }
  std::optional<bool> read(const std::string& key, bool, AnyValue) const {
    return layer.boolean(key);
  }
  std::optional<std::optional<fixed::Format>> read(const std::string& key,
                                                   const std::optional<fixed::Format>&,
                                                   AnyValue) const {
    const auto text = layer.text(key);
    if (!text) return std::nullopt;
    try {
      return fixed::parse_format(*text);
    } catch (const UserError& error) {
      layer.fail(key, error.what());
    }
  }
  std::optional<std::vector<graph::Point>> read(const std::string& key,
                                                const std::vector<graph::Point>&, AnyValue) const {
    return layer.points(key);
  }
  // The function is the word itself, and the input's shape is the data's.
  template <class T>
  std::optional<T> read(const std::string& key, const T&, AnyValue) const {
    internal_error("no layer gives '{}'", key);
  }

  std::string hint(const graph::Sides&) const { return hint(graph::Pair()); }
  std::string hint(const graph::Pair&) const {
    return kind.axes == Axes::Both ? ", one number or [height, width]" : ", one number";
  }
  std::string hint(const graph::Shape&) const { return ", a list of numbers"; }
  std::string hint(const auto&) const { return ""; }
};

// Padding that is not torch's: how far one more window reaches behind the image and its padding,
// where it begins on the image or the padding before it.
std::int64_t one_more(const graph::Window& window, int axis, std::int64_t extent) {
  const std::int64_t span = window.dilation[axis] * (window.kernel[axis] - 1) + 1;
  const std::int64_t padded = extent + window.padding.both(axis);
  if (padded < span) return 0;
  const std::int64_t begin = ((padded - span) / window.stride[axis] + 1) * window.stride[axis];
  if ((padded - span) % window.stride[axis] == 0) return 0;
  if (begin >= extent + window.padding.before(axis)) return 0;
  return begin + span - padded;
}

graph::Pair beyond(const graph::Window& window, const graph::Shape& image) {
  return {one_more(window, 0, image[1]), one_more(window, 1, image[2])};
}

}  // namespace

const std::map<std::string, LayerKind, std::less<>>& layer_kinds() {
  static const auto kinds = [] {
    std::map<std::string, LayerKind, std::less<>> all;
    for (graph::Op& op : graph::all_kinds()) {
      const bool is_layer =
          !std::holds_alternative<graph::Input>(op) && !std::holds_alternative<graph::Function>(op);
      if (is_layer) all.emplace(kind_name(op), plain(std::move(op)));
    }
    for (int i = 0; i < graph::kFunctionCount; ++i) {
      const auto function = static_cast<graph::FunctionName>(i);
      std::vector<std::pair<std::string, std::string>> keys;
      if (usual_alpha(function)) keys.emplace_back("alpha", "alpha");
      if (usual_beta(function)) keys.emplace_back("beta", "beta");
      if (function == graph::FunctionName::Points) keys.emplace_back("points", "points");
      all.emplace(to_string(function), special(graph::Function(function), std::move(keys)));
    }
    all["conv1d"] = plain(graph::Conv2d{}, Axes::Length);
    all["max_pool1d"] = plain(graph::MaxPool2d{}, Axes::Length);
    all["avg_pool1d"] = plain(graph::AvgPool2d{}, Axes::Length);
    for (const char* pool : {"max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d"})
      all[pool].keys.emplace_back(kCeilMode, kCeilMode);
    all["relu6"] = special(graph::Clip{.min = 0, .max = 6});
    all["hardtanh"] =
        special(graph::Clip{.min = -1, .max = 1}, {{"min", "min_val"}, {"max", "max_val"}});
    all["sign"] = special(graph::QuantSign{.bits = 1, .clip_range = graph::kBinaryClipRange},
                          {{"clip_range", "clip_range"}});
    all["rprelu"] = special(graph::Prelu{});  // between two offsets: recipe_layers.cpp
    all["conv_transpose2d"] = {.op = graph::Conv2d{},  // and more: recipe_transposed.cpp
                               .axes = Axes::Both,
                               .keys = {{"out_channels", "out_channels"},
                                        {"kernel_size", "kernel_size"},
                                        {"stride", "stride"},
                                        {"padding", "padding"},
                                        {"output_padding", "output_padding"},
                                        {"bias", "bias"}}};
    all["pixel_shuffle"] = {.op = graph::DepthToSpace{.crd = true},
                            .axes = Axes::Both,
                            .keys = {{"blocksize", "upscale_factor"}}};
    all["pixel_unshuffle"] = {.op = graph::SpaceToDepth{.crd = true},
                              .axes = Axes::Both,
                              .keys = {{"blocksize", "downscale_factor"}}};
    all["shift"] = plain(graph::Offset{});    // its first name
    return all;
  }();
  return kinds;
}

graph::Op read_op(const TableReader& layer, const LayerKind& kind) {
  graph::Op op = kind.op;
  std::visit([&](auto& attributes) { visit_attributes(attributes, OpReader{layer, kind}); }, op);
  return op;
}

void apply_ceil_mode(const TableReader& layer, const graph::Shape& image, graph::Op& op) {
  if (image.size() != 3 || !layer.boolean(kCeilMode).value_or(false)) return;
  if (auto* pool = std::get_if<graph::MaxPool2d>(&op)) {
    const graph::Pair more = beyond(pool->window(), image);
    pool->padding.bottom += more[0];
    pool->padding.right += more[1];
  } else if (auto* mean = std::get_if<graph::AvgPool2d>(&op)) {
    if (mean->overhang != graph::Pair{0, 0})
      layer.fail(kCeilMode, "it chooses the overhang; give one of the two");
    mean->overhang = beyond(mean->window(), image);
  }
}

}  // namespace qfx::frontends
