// [[network.layers]]: the keys are torch's argument names, and so are the defaults.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "frontends/recipe_network.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/infer_shape.h"

namespace qfx::frontends {
namespace {

constexpr std::int64_t kMaxChannels = 1 << 16;
constexpr std::size_t kMaxNameLength = 200;  // leaves room for a suffix
constexpr std::int64_t kMaxParameters = 1 << 26;
constexpr IntRange kSizes{1, 1 << 16};
constexpr IntRange kPaddings{0, 1 << 15};
constexpr IntRange kTableWidths{graph::kMinSoftmaxTableWidth, graph::kMaxSoftmaxTableWidth};

constexpr RealRange kClipBounds{-0x1p31, 0x1p31};

const std::vector<std::string> kPoolKeys{"kernel_size", "stride", "padding"};
const std::vector<std::string> kConvKeys{"out_channels", "kernel_size", "stride", "padding",
                                         "dilation",     "groups",      "bias"};

// The keys of each kind, beside kind, name and inputs. A function is a kind of its own name.
const std::map<std::string, std::vector<std::string>>& keys_by_kind() {
  static const auto keys = [] {
    std::map<std::string, std::vector<std::string>> all{
        {"conv2d", kConvKeys},
        {"conv1d", kConvKeys},
        {"linear", {"out_features", "bias"}},
        {"batch_norm", {"eps", "momentum"}},
        {"max_pool2d", kPoolKeys},
        {"avg_pool2d", kPoolKeys},
        {"max_pool1d", kPoolKeys},
        {"avg_pool1d", kPoolKeys},
        {"global_avg_pool2d", {}},
        {"relu", {}},
        {"relu6", {}},
        {"hardtanh", {"min_val", "max_val"}},
        {"clip", {"min", "max"}},
        {"prelu", {"num_parameters"}},
        {"leaky_relu", {"negative_slope"}},
        {"rprelu", {}},
        {"shift", {}},
        {"add", {}},
        {"sub", {}},
        {"mul", {}},
        {"concat", {}},
        {"flatten", {}},
        {"unsqueeze", {}},
        {"cast", {}},
        {"softmax", {"table_width"}},
    };
    for (const std::string& function : graph::function_names()) all[function] = {};
    return all;
  }();
  return keys;
}

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const auto& [kind, keys] : keys_by_kind()) names.push_back(kind);
  return names;
}

std::int64_t required(const TableReader& layer, const char* key, std::int64_t most) {
  const auto value = layer.integer(key, {1, most});
  if (!value) layer.fail(fmt::format("this layer needs {}", key));
  return *value;
}

// How a window lies: over an image, or along a sequence, which is an image of one row.
enum class Axes { Both, Length };

// `across` is what a sequence has in the direction of its one row.
std::optional<graph::Pair> extent(const TableReader& layer, const char* key, IntRange range,
                                  Axes axes, std::int64_t across) {
  if (axes == Axes::Both) return layer.pair(key, range);
  const auto along = layer.integer(key, range);
  if (!along) return std::nullopt;
  return graph::Pair{across, *along};
}

graph::Pair kernel_size(const TableReader& layer, Axes axes) {
  const auto kernel = extent(layer, "kernel_size", kSizes, axes, 1);
  if (!kernel)
    layer.fail(fmt::format("this layer needs kernel_size, one number{}",
                           axes == Axes::Both ? " or [height, width]" : ""));
  return *kernel;
}

graph::Conv2d convolution(const TableReader& layer, Axes axes) {
  graph::Conv2d op;
  op.out_channels = required(layer, "out_channels", kMaxChannels);
  op.kernel = kernel_size(layer, axes);
  op.stride = extent(layer, "stride", kSizes, axes, 1).value_or(op.stride);
  op.padding = extent(layer, "padding", kPaddings, axes, 0).value_or(op.padding);
  op.dilation = extent(layer, "dilation", kSizes, axes, 1).value_or(op.dilation);
  op.groups = layer.integer("groups", {1, kMaxChannels}).value_or(op.groups);
  op.has_bias = layer.boolean("bias").value_or(true);
  return op;
}

graph::Linear linear(const TableReader& layer) {
  graph::Linear op;
  op.out_features = required(layer, "out_features", kMaxChannels);
  op.has_bias = layer.boolean("bias").value_or(true);
  return op;
}

graph::BatchNorm batch_norm(const TableReader& layer) {
  graph::BatchNorm op;
  op.eps = layer.real("eps", {0, 1, true}).value_or(op.eps);
  op.momentum = layer.real("momentum", {0, 1, true}).value_or(op.momentum);
  return op;
}

template <class Pool>
Pool pool(const TableReader& layer, Axes axes) {
  Pool op;
  op.kernel = kernel_size(layer, axes);
  op.stride = extent(layer, "stride", kSizes, axes, 1).value_or(op.kernel);
  op.padding = extent(layer, "padding", kPaddings, axes, 0).value_or(op.padding);
  return op;
}

graph::Softmax softmax(const TableReader& layer) {
  graph::Softmax op;
  op.table_width = layer.integer("table_width", kTableWidths).value_or(op.table_width);
  return op;
}

graph::Clip clip(const TableReader& layer) {
  const auto min = layer.real("min", kClipBounds), max = layer.real("max", kClipBounds);
  if (!min || !max) layer.fail("this layer needs min and max");
  return {.min = *min, .max = *max};
}

graph::Clip hardtanh(const TableReader& layer) {
  graph::Clip op;
  op.min = layer.real("min_val", kClipBounds).value_or(op.min);
  op.max = layer.real("max_val", kClipBounds).value_or(op.max);
  return op;
}

graph::Prelu prelu(const TableReader& layer) {
  graph::Prelu op;
  op.num_parameters = layer.integer("num_parameters", {1, kMaxChannels}).value_or(1);
  return op;
}

graph::LeakyRelu leaky_relu(const TableReader& layer) {
  graph::LeakyRelu op;
  op.negative_slope = layer.real("negative_slope", {-1e6, 1e6}).value_or(op.negative_slope);
  return op;
}

bool is_along_a_sequence(const std::string& kind) {
  return kind == "conv1d" || kind == "max_pool1d" || kind == "avg_pool1d";
}

graph::Op read_op(const TableReader& layer, const std::string& kind) {
  const Axes axes = is_along_a_sequence(kind) ? Axes::Length : Axes::Both;
  if (kind == "conv2d" || kind == "conv1d") return convolution(layer, axes);
  if (kind == "linear") return linear(layer);
  if (kind == "batch_norm") return batch_norm(layer);
  if (kind == "max_pool2d" || kind == "max_pool1d") return pool<graph::MaxPool2d>(layer, axes);
  if (kind == "avg_pool2d" || kind == "avg_pool1d") return pool<graph::AvgPool2d>(layer, axes);
  if (kind == "global_avg_pool2d") return graph::GlobalAvgPool2d{};
  if (kind == "relu") return graph::Relu{};
  if (kind == "relu6") return graph::Clip{.min = 0, .max = 6};
  if (kind == "hardtanh") return hardtanh(layer);
  if (kind == "clip") return clip(layer);
  if (kind == "prelu") return prelu(layer);
  if (kind == "leaky_relu") return leaky_relu(layer);
  if (kind == "shift") return graph::Shift{};
  if (kind == "add") return graph::Add{};
  if (kind == "sub") return graph::Sub{};
  if (kind == "mul") return graph::Mul{};
  if (kind == "concat") return graph::Concat{};
  if (kind == "flatten") return graph::Flatten{};
  if (kind == "unsqueeze") return graph::Unsqueeze{};
  if (kind == "softmax") return softmax(layer);
  if (const auto function = graph::find_function(kind)) return graph::Function{*function};
  QFX_ASSERT(kind == "cast");
  return graph::Cast{};
}

// One node of a layer; the last one has the layer's name, those before it that and a suffix.
struct Part {
  std::string suffix;
  graph::Op op;
};

// Most layers are one node. `input` is the shape of the first tensor that the layer reads.
std::vector<Part> read_parts(const TableReader& layer, const std::string& kind,
                             const graph::Shape& input) {
  if (kind == "rprelu") {
    return {{".shift_x", graph::Shift{}},
            {".prelu", graph::Prelu{.num_parameters = input[0]}},
            {"", graph::Shift{}}};
  }
  std::vector<Part> parts;
  if (is_along_a_sequence(kind)) {
    if (input.size() == 2) {
      parts.push_back({".unsqueeze", graph::Unsqueeze{}});
    } else if (input.size() != 3 || input[1] != 1) {
      layer.fail(
          fmt::format("a {} takes a sequence, [C, L] or [C, 1, L], and its input is {}{}", kind,
                      graph::to_string(input),
                      input.size() == 3 ? "; use the kind for images, which ends in 2d" : ""));
    }
  }
  parts.push_back({"", read_op(layer, kind)});
  return parts;
}

std::string read_kind(const TableReader& layer) {
  if (!layer.has("kind")) layer.fail(fmt::format("a layer needs a kind: {}", join(kinds(), ", ")));
  const std::string kind = *layer.choice("kind", kinds());
  const std::vector<std::string>& own = keys_by_kind().at(kind);
  for (const std::string& key : layer_keys()) {
    if (key == "kind" || key == "name" || key == "inputs" || !layer.has(key)) continue;
    if (std::find(own.begin(), own.end(), key) != own.end()) continue;
    layer.fail(key, own.empty()
                        ? fmt::format("a {} has no attributes; leave this key out", kind)
                        : fmt::format("a {} has no such key; it has {}", kind, join(own, ", ")));
  }
  return kind;
}

// "relu_1", or the next number that is free.
std::string free_name(const std::string& kind, const std::map<std::string, graph::NodeId>& taken) {
  for (int i = 1;; ++i) {
    std::string name = fmt::format("{}_{}", kind, i);
    if (!taken.contains(name)) return name;
  }
}

// Fills in the layer before for a kind that reads one tensor.
void check_inputs(const TableReader& layer, const std::string& kind, graph::NodeId last,
                  std::vector<graph::NodeId>& inputs) {
  const bool is_pair = kind == "add" || kind == "sub" || kind == "mul", joins = kind == "concat";
  const bool is_single = !is_pair && !joins;
  if (inputs.empty() && is_single) inputs.push_back(last);
  const std::size_t least = is_single ? 1 : 2;
  if (inputs.size() == least || (joins && inputs.size() > least)) return;
  layer.fail(fmt::format("kind = \"{}\" takes {}, and inputs gives {}; write inputs = {}", kind,
                         is_single ? "1 input"
                         : joins   ? "2 inputs or more"
                                   : "2 inputs",
                         inputs.size(), is_single ? "[\"conv1\"]" : "[\"conv1\", \"conv2\"]"));
}

// Of a layer's parameters, before the builder fills them, which takes memory.
graph::ByRole<graph::Shape> parameter_shapes(const graph::Op& op,
                                             const std::vector<graph::NodeId>& inputs,
                                             const graph::Builder& builder,
                                             const std::string& name) {
  std::vector<graph::Shape> shapes;
  for (const graph::NodeId id : inputs) shapes.push_back(builder.shape(id));
  graph::infer_shape(op, shapes, name);
  return graph::param_shapes(op, shapes);
}

void claim_name(const TableReader& layer, const std::string& name, std::set<std::string>& taken) {
  if (taken.insert(name).second) return;
  layer.fail(
      fmt::format("two tensors, a layer and another one's parameter, would be named \"{}\"; rename "
                  "this layer",
                  name));
}

}  // namespace

std::vector<std::string> layer_keys() {
  std::vector<std::string> keys{"kind", "name", "inputs"};
  for (const auto& [kind, own] : keys_by_kind()) {
    for (const std::string& key : own) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  return keys;
}

graph::Model read_layers(const std::vector<TableReader>& layers, graph::Builder& builder) {
  std::map<std::string, graph::NodeId> ids{{"input", 0}};
  graph::NodeId last = 0;
  std::int64_t parameters = 0;
  std::set<std::string> tensors{"input"};              // the names of layers and of parameters
  std::map<graph::NodeId, const TableReader*> unread;  // the layers that no other reads so far
  for (const TableReader& layer : layers) {
    const std::string kind = read_kind(layer);
    const std::string name = layer.name("name", kMaxNameLength).value_or(free_name(kind, ids));
    std::vector<graph::NodeId> inputs;
    for (const std::string& input : layer.texts("inputs").value_or(std::vector<std::string>{})) {
      if (!ids.contains(input)) {
        std::vector<std::string> above;
        for (const auto& [known, id] : ids) above.push_back(known);
        layer.fail("inputs",
                   fmt::format("\"{}\" is not a layer above this one; did you mean \"{}\"?", input,
                               nearest(input, above)));
      }
      inputs.push_back(ids.at(input));
    }
    check_inputs(layer, kind, last, inputs);
    for (const graph::NodeId id : inputs) unread.erase(id);
    for (const Part& part : read_parts(layer, kind, builder.shape(inputs.front()))) {
      const std::string full_name = name + part.suffix;
      if (ids.contains(full_name)) {
        layer.fail(fmt::format(
            "two layers are named \"{}\", and a name stands for one; rename this one", full_name));
      }
      claim_name(layer, full_name, tensors);
      graph::ByRole<graph::Shape> shapes;
      try {
        shapes = parameter_shapes(part.op, inputs, builder, full_name);
        for (const auto& [role, shape] : shapes) parameters += graph::element_count(shape);
        if (parameters > kMaxParameters) {
          user_error("the network has more than {} parameters with this layer; make it smaller",
                     kMaxParameters);
        }
        last = builder.append(part.op, inputs, full_name);
      } catch (const UserError& error) {
        layer.fail(error.what());
      }
      for (const auto& [role, shape] : shapes)
        claim_name(layer, tensor_name(full_name, role), tensors);
      ids[full_name] = last;
      inputs = {last};
    }
    unread[last] = &layer;
  }
  unread.erase(last);
  if (!unread.empty()) {
    unread.begin()->second->fail(
        "no layer reads this one, and only the last layer is the network's output; leave it out, "
        "or name it in another layer's inputs");
  }
  return builder.finish();
}

}  // namespace qfx::frontends
