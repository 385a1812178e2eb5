// [[network.layers]]: the keys are torch's argument names, and so are the defaults.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "frontends/recipe_dropout.h"
#include "frontends/recipe_kinds.h"
#include "frontends/recipe_network.h"
#include "frontends/recipe_transposed.h"
#include "frontends/words.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/infer_shape.h"

namespace qfx::frontends {
namespace {

constexpr std::size_t kMaxLayerName = 200;  // leaves room for a suffix
constexpr std::int64_t kMaxParameters = 1 << 26;

std::vector<std::string> kinds() {
  std::vector<std::string> words;
  for (const auto& [word, kind] : layer_kinds()) words.push_back(word);
  words.emplace_back(kDropout);
  return words;
}

// One node of a layer; the last one has the layer's name, those before it that and a suffix.
struct Part {
  std::string suffix;
  graph::Op op;
};

// Most layers are one node. `input` is the shape of the first tensor that the layer reads.
std::vector<Part> read_parts(const TableReader& layer, const std::string& word,
                             const graph::Shape& input) {
  if (word == "rprelu") {
    return {{".shift_x", graph::Offset{}},
            {".prelu", graph::Prelu{.num_parameters = input[0]}},
            {"", graph::Offset{}}};
  }
  const LayerKind& kind = layer_kinds().at(word);
  std::vector<Part> parts;
  if (kind.axes == Axes::Length) {
    if (input.size() == 2) {
      parts.push_back({".unsqueeze", graph::Unsqueeze{}});
    } else if (input.size() != 3 || input[1] != 1) {
      layer.fail(
          fmt::format("a {} takes a sequence, [C, L] or [C, 1, L], and its input is {}{}", word,
                      graph::to_string(input),
                      input.size() == 3
                          ? "; use the kind for images, which ends in 2d, or where the samples are "
                            "sequences write input = [C, L] under [data]"
                          : ""));
    }
  }
  graph::Op op = read_op(layer, kind);
  if (word == "conv_transpose2d") {
    for (auto& [suffix, part] : transposed_parts(layer, std::get<graph::Conv2d>(op), input))
      parts.push_back({suffix, std::move(part)});
    return parts;
  }
  parts.push_back({"", std::move(op)});
  apply_ceil_mode(layer, input.size() == 2 ? graph::Shape{input[0], 1, input[1]} : input,
                  parts.back().op);
  return parts;
}

std::vector<std::string> keys_of(const LayerKind& kind) {
  std::vector<std::string> keys;
  for (const auto& [own, key] : kind.keys) keys.push_back(key);
  return keys;
}

// The word for the kind, once it is certain that the layer has no other kind's keys.
std::string read_kind(const TableReader& layer) {
  if (!layer.has("kind")) layer.fail(fmt::format("a layer needs a kind: {}", join(kinds(), ", ")));
  const std::string word = *layer.choice("kind", kinds());
  const std::vector<std::string> own =
      word == kDropout ? dropout_keys() : keys_of(layer_kinds().at(word));
  for (const std::string& key : layer_keys()) {
    if (key == "kind" || key == "name" || key == "inputs" || !layer.has(key)) continue;
    if (std::find(own.begin(), own.end(), key) != own.end()) continue;
    const std::string hint = meant(key, own, recipe_synonyms());
    layer.fail(key, own.empty()
                        ? fmt::format("a {} has no attributes; leave this key out", word)
                        : fmt::format("a {} has no such key; {}it has {}", word,
                                      hint.empty() ? "" : fmt::format("did you mean '{}'? ", hint),
                                      join(own, ", ")));
  }
  return word;
}

// "relu_1", or the next number that is free.
std::string free_name(const std::string& kind, const std::map<std::string, graph::NodeId>& taken) {
  for (int i = 1;; ++i) {
    std::string name = fmt::format("{}_{}", kind, i);
    if (!taken.contains(name)) return name;
  }
}

// Fills in the layer before for a kind that reads one tensor.
void check_inputs(const TableReader& layer, const std::string& word, graph::NodeId last,
                  std::vector<graph::NodeId>& inputs) {
  const graph::Arity allowed =
      word == kDropout ? graph::kOneInput : arity(layer_kinds().at(word).op);
  const bool is_single = allowed == graph::kOneInput;
  if (inputs.empty() && is_single) inputs.push_back(last);
  if (inputs.size() >= allowed.least && inputs.size() <= allowed.most) return;
  layer.fail(fmt::format("kind = \"{}\" takes {} input{}{}, and inputs gives {}; write inputs = {}",
                         word, allowed.least, is_single ? "" : "s",
                         allowed.most > allowed.least ? " or more" : "", inputs.size(),
                         is_single ? "[\"conv1\"]" : "[\"conv1\", \"conv2\"]"));
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

// The nodes that the network names as its outputs; none where it names none.
std::vector<graph::NodeId> read_outputs(const TableReader& network,
                                        const std::map<std::string, graph::NodeId>& ids) {
  std::vector<graph::NodeId> outputs;
  for (const std::string& name : network.texts("outputs").value_or(std::vector<std::string>{})) {
    const auto found = ids.find(name);
    if (found == ids.end()) {
      std::vector<std::string> known;
      for (const auto& [layer, id] : ids) known.push_back(layer);
      network.fail("outputs", fmt::format("there is no layer '{}'; did you mean '{}'?", name,
                                          nearest(name, known)));
    }
    if (found->second == 0)
      network.fail("outputs",
                   "the input is no output: what leaves the network is what its layers give");
    if (std::ranges::find(outputs, found->second) != outputs.end())
      network.fail("outputs", fmt::format("'{}' is named twice; each output leaves once", name));
    outputs.push_back(found->second);
  }
  return outputs;
}

void claim_name(const TableReader& layer, const std::string& name, std::set<std::string>& taken) {
  if (taken.insert(name).second) return;
  layer.fail(
      fmt::format("two tensors, a layer and another one's parameter, would be named '{}'; rename "
                  "this layer",
                  name));
}

}  // namespace

std::vector<std::string> layer_keys() {
  std::vector<std::string> keys{"kind", "name", "inputs"};
  for (const auto& [word, kind] : layer_kinds()) {
    for (const std::string& key : keys_of(kind)) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  for (std::string& key : dropout_keys()) keys.push_back(std::move(key));
  return keys;
}

void check_layer(const TableReader& layer) {
  layer.check_keys(layer_keys());
  layer.name("name", kMaxLayerName);
  layer.texts("inputs");
  const std::string word = read_kind(layer);
  if (word == kDropout)
    dropout_share(layer);
  else if (word != "rprelu")
    read_op(layer, layer_kinds().at(word));
}

graph::Model read_layers(const std::vector<TableReader>& layers, const TableReader& network,
                         graph::Builder& builder, std::map<std::string, double>& dropout) {
  std::map<std::string, graph::NodeId> ids{{"input", 0}};
  std::map<graph::NodeId, std::string> names{{0, "input"}};  // of the nodes
  Dropouts dropouts;
  graph::NodeId last = 0;
  std::string last_name = "input";
  std::int64_t parameters = 0;
  std::set<std::string> tensors{"input"};              // the names of layers and of parameters
  std::map<graph::NodeId, const TableReader*> unread;  // the layers that no other reads so far
  for (const TableReader& layer : layers) {
    const std::string kind = read_kind(layer);
    const std::string name = layer.name("name", kMaxLayerName).value_or(free_name(kind, ids));
    std::vector<graph::NodeId> inputs;
    for (const std::string& input : layer.texts("inputs").value_or(std::vector<std::string>{})) {
      if (!ids.contains(input)) {
        std::vector<std::string> above;
        for (const auto& [known, id] : ids) above.push_back(known);
        layer.fail("inputs", fmt::format("'{}' is not a layer above this one; did you mean '{}'?",
                                         input, nearest(input, above)));
      }
      inputs.push_back(ids.at(input));
      if (kind != kDropout) dropouts.note_reader(layer, ids.at(input), input);
    }
    if (kind != kDropout && inputs.empty()) dropouts.note_reader(layer, last, last_name);
    check_inputs(layer, kind, last, inputs);
    for (const graph::NodeId id : inputs) unread.erase(id);
    last_name = name;
    if (kind == kDropout) {
      claim_name(layer, name, tensors);
      last = inputs.front();
      dropouts.add(layer, name, last, names.at(last));
      ids[name] = last;
      unread[last] = &layer;
      continue;
    }
    for (const Part& part : read_parts(layer, kind, builder.shape(inputs.front()))) {
      const std::string full_name = name + part.suffix;
      if (ids.contains(full_name)) {
        layer.fail(fmt::format(
            "two layers are named '{}', and a name stands for one; rename this one", full_name));
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
      names[last] = full_name;
      inputs = {last};
    }
    unread[last] = &layer;
  }
  if (last_name != names.at(last))
    layers.back().fail(
        "a dropout at the end would drop what the network answers; leave it out, or put it before "
        "the last layer");
  const std::vector<graph::NodeId> outputs = read_outputs(network, ids);
  if (outputs.empty()) unread.erase(last);
  for (const graph::NodeId id : outputs) unread.erase(id);
  if (!unread.empty()) {
    unread.begin()->second->fail(
        outputs.empty()
            ? "no layer reads this one, and only the last layer is the network's output; leave it "
              "out, name it in another layer's inputs, or name all outputs in network.outputs"
            : "no layer reads this one, and network.outputs does not name it; leave it out, or "
              "name it in one of them");
  }
  dropout = dropouts.shares();
  return builder.finish(outputs);
}

}  // namespace qfx::frontends
