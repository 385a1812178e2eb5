#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "imports/operators/quantizer.h"
#include "imports/passes/edit.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/imports/passes.h"

namespace qfx::imports {
namespace {

// What all computed constants of a network may have together.
constexpr std::int64_t kMostFolded = std::int64_t{1} << 28;

}  // namespace

namespace {

// The grid of a constant that a quantizer makes, or that moves the elements of one.
std::optional<Grid> grid_of(const Source& source, const Node& node,
                            const std::vector<const Tensor*>& inputs) {
  if (is_quantizer(node) && node.op != "QuantizeLinear") {
    const Call call{node, inputs};
    const Quantizer q =
        node.op == "DequantizeLinear" ? read_dequantizer(call) : read_quantizer(call);
    return Grid{q.scale, q.low, q.high, q.rounding, q.is_bipolar};
  }
  const auto found = node.inputs.empty() ? source.grids.end() : source.grids.find(node.inputs[0]);
  if (found == source.grids.end()) return std::nullopt;
  const std::string& op = node.op;
  if (op == "Identity" || op == "Cast" || op == "Dropout") return found->second;
  if (op != "Transpose" && op != "Reshape" && op != "Flatten" && op != "Squeeze" &&
      op != "Unsqueeze")
    return std::nullopt;
  Grid grid = found->second;
  if (grid.scale.size() == 1) {
    grid.scale.shape.clear();
    return grid;
  }
  // Every element's, which moves as the element does.
  const Shape& shape = inputs[0]->shape;
  const Tensor all = gathered(grid.scale, shape, broadcast_index(grid.scale.shape, shape));
  std::vector<const Tensor*> moved = inputs;
  moved[0] = &all;
  grid.scale = evaluate(node, moved).at(0);
  return grid;
}

}  // namespace

bool infer_and_fold(Source& source) {
  std::map<std::string, Tensor> values;
  const SourceInput& input = source.inputs.at(0);
  values[input.name] = Tensor::unknown(input.shape.value(), input.is_integer);
  std::vector<Node> kept;
  std::int64_t folded = 0;
  for (const Node& node : source.nodes) {
    std::vector<const Tensor*> inputs;
    for (const std::string& name : node.inputs) {
      const Tensor* tensor = constant(source, name);
      if (tensor == nullptr && !name.empty()) {
        const auto found = values.find(name);
        if (found == values.end()) refuse(source, node, "a value that it reads is not computed");
        tensor = &found->second;
      }
      inputs.push_back(tensor);
    }
    std::vector<Tensor> outputs;
    std::optional<Grid> grid;
    try {
      outputs = evaluate(node, inputs);
      if (std::ranges::all_of(outputs, &Tensor::known)) grid = grid_of(source, node, inputs);
    } catch (const NodeFault& fault) {
      refuse(source, node, fault.what());
    }
    source.is_quantized |= is_quantizer(node);
    if (grid) source.grids[node.outputs[0]] = *std::move(grid);
    const bool known = std::ranges::all_of(outputs, &Tensor::known);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (node.outputs[i].empty()) continue;
      if (!known && outputs[i].size() == 0)
        refuse(source, node,
               fmt::format("its output has the shape {}, which holds no value",
                           to_string(outputs[i].shape)));
      if (known) folded += outputs[i].size();
      (known ? source.constants : values)[node.outputs[i]] = std::move(outputs[i]);
    }
    if (folded > kMostFolded)
      refuse(source, node, "the constants that are computed up to it are too large");
    if (!known) {
      kept.push_back(node);
      continue;
    }
    for (const int origin : node.origins) {
      if (source.records[origin].fate.empty()) source.records[origin].fate = "a constant";
    }
  }
  const bool changed = kept.size() != source.nodes.size();
  source.nodes = std::move(kept);
  source.shapes.clear();
  for (const auto& [name, tensor] : values) source.shapes[name] = tensor.shape;
  for (std::size_t i = 0; i < source.outputs.size(); ++i) {
    if (source.constants.contains(source.outputs[i]))
      user_error(
          "the network's output {} does not depend on its input: it is a constant{}",
          in_quotes(source.output_names[i]),
          source.outputs.size() > 1 ? "; leave it out with --outputs, which names the others" : "");
  }
  drop_dead(source);
  return changed;
}

}  // namespace qfx::imports
