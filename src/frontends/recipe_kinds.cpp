#include "frontends/recipe_kinds.h"

#include <algorithm>
#include <concepts>
#include <optional>
#include <utility>

#include "qfx/base/error.h"

namespace qfx::frontends {
namespace {

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
  // The function is the word itself, and the input's shape is the data's.
  template <class T>
  std::optional<T> read(const std::string& key, const T&, AnyValue) const {
    internal_error("no layer gives '{}'", key);
  }

  std::string hint(const graph::Pair&) const {
    return kind.axes == Axes::Both ? ", one number or [height, width]" : ", one number";
  }
  std::string hint(const auto&) const { return ""; }
};

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
      all.emplace(to_string(function), special(graph::Function{function}));
    }
    all["conv1d"] = plain(graph::Conv2d{}, Axes::Length);
    all["max_pool1d"] = plain(graph::MaxPool2d{}, Axes::Length);
    all["avg_pool1d"] = plain(graph::AvgPool2d{}, Axes::Length);
    all["relu6"] = special(graph::Clip{.min = 0, .max = 6});
    all["hardtanh"] =
        special(graph::Clip{.min = -1, .max = 1}, {{"min", "min_val"}, {"max", "max_val"}});
    all["sign"] = special(graph::QuantSign{.bits = 1, .clip_range = graph::kBinaryClipRange},
                          {{"clip_range", "clip_range"}});
    all["rprelu"] = special(graph::Prelu{});  // between two offsets: recipe_layers.cpp
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

}  // namespace qfx::frontends
