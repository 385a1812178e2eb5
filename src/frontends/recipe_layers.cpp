// [[network.layers]]: the keys are torch's argument names, and so are the defaults.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "frontends/recipe_network.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::frontends {
namespace {

constexpr std::int64_t kMaxChannels = 1 << 16;
constexpr std::int64_t kMaxParameters = 1 << 26;
constexpr IntRange kSizes{1, 1 << 16};
constexpr IntRange kPaddings{0, 1 << 15};
constexpr IntRange kTableWidths{graph::kMinSoftmaxTableWidth, graph::kMaxSoftmaxTableWidth};

const std::vector<std::string> kPoolKeys{"kernel_size", "stride", "padding"};

// The keys of each kind, beside kind, name and inputs. A function is a kind of its own name.
const std::map<std::string, std::vector<std::string>>& keys_by_kind() {
  static const auto keys = [] {
    std::map<std::string, std::vector<std::string>> all{
        {"conv2d",
         {"out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias"}},
        {"linear", {"out_features", "bias"}},
        {"batch_norm", {"eps", "momentum"}},
        {"max_pool2d", kPoolKeys},
        {"avg_pool2d", kPoolKeys},
        {"global_avg_pool2d", {}},
        {"relu", {}},
        {"add", {}},
        {"flatten", {}},
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

graph::Pair kernel_size(const TableReader& layer) {
  const auto kernel = layer.pair("kernel_size", kSizes);
  if (!kernel) layer.fail("this layer needs kernel_size, one number or [height, width]");
  return *kernel;
}

graph::Conv2d conv2d(const TableReader& layer) {
  graph::Conv2d op;
  op.out_channels = required(layer, "out_channels", kMaxChannels);
  op.kernel = kernel_size(layer);
  op.stride = layer.pair("stride", kSizes).value_or(op.stride);
  op.padding = layer.pair("padding", kPaddings).value_or(op.padding);
  op.dilation = layer.pair("dilation", kSizes).value_or(op.dilation);
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
Pool pool(const TableReader& layer) {
  Pool op;
  op.kernel = kernel_size(layer);
  op.stride = layer.pair("stride", kSizes).value_or(op.kernel);
  op.padding = layer.pair("padding", kPaddings).value_or(op.padding);
  return op;
}

graph::Softmax softmax(const TableReader& layer) {
  graph::Softmax op;
  op.table_width = layer.integer("table_width", kTableWidths).value_or(op.table_width);
  return op;
}

graph::Op read_op(const TableReader& layer, const std::string& kind) {
  if (kind == "conv2d") return conv2d(layer);
  if (kind == "linear") return linear(layer);
  if (kind == "batch_norm") return batch_norm(layer);
  if (kind == "max_pool2d") return pool<graph::MaxPool2d>(layer);
  if (kind == "avg_pool2d") return pool<graph::AvgPool2d>(layer);
  if (kind == "global_avg_pool2d") return graph::GlobalAvgPool2d{};
  if (kind == "relu") return graph::Relu{};
  if (kind == "add") return graph::Add{};
  if (kind == "flatten") return graph::Flatten{};
  if (kind == "softmax") return softmax(layer);
  if (const auto function = graph::find_function(kind)) return graph::Function{*function};
  QFX_ASSERT(kind == "cast");
  return graph::Cast{};
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

// Counted before the builder fills them, which takes memory.
std::int64_t parameter_count(const graph::Op& op, const std::vector<graph::NodeId>& inputs,
                             const graph::Builder& builder, const std::string& name) {
  std::vector<graph::Shape> shapes;
  for (const graph::NodeId id : inputs) shapes.push_back(builder.shape(id));
  graph::infer_shape(op, shapes, name);
  std::int64_t count = 0;
  for (const auto& [param, shape] : graph::param_shapes(op, shapes))
    count += graph::element_count(shape);
  return count;
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
  for (const TableReader& layer : layers) {
    const std::string kind = read_kind(layer);
    const std::string name = layer.text("name").value_or(free_name(kind, ids));
    if (ids.contains(name)) {
      layer.fail(fmt::format(
          "two layers are named \"{}\", and a name stands for one; rename this one", name));
    }
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
    const std::size_t arity = kind == "add" ? 2 : 1;
    if (inputs.empty() && arity == 1) inputs.push_back(last);
    if (inputs.size() != arity) {
      layer.fail(fmt::format("kind = \"{}\" takes {}, and inputs gives {}; write inputs = {}", kind,
                             arity == 1 ? "1 input" : "2 inputs", inputs.size(),
                             arity == 1 ? "[\"conv1\"]" : "[\"conv1\", \"conv2\"]"));
    }
    const graph::Op op = read_op(layer, kind);
    try {
      parameters += parameter_count(op, inputs, builder, name);
      if (parameters > kMaxParameters) {
        user_error("the network has more than {} parameters with this layer; make it smaller",
                   kMaxParameters);
      }
      last = builder.append(op, std::move(inputs), name);
      ids[name] = last;
    } catch (const UserError& error) {
      layer.fail(error.what());
    }
  }
  return builder.finish();
}

}  // namespace qfx::frontends
