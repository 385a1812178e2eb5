#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

bool is_one_of(const std::string& op, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (op == name) return true;
  }
  return false;
}

// Whether an elementwise node with the constant `value` as its operand `place` changes nothing.
bool is_neutral(const std::string& op, std::size_t place, double value) {
  if (op == "Add") return value == 0;
  if (op == "Sub") return place == 1 && value == 0;
  if (op == "Mul") return value == 1;
  if (op == "Div" || op == "Pow") return place == 1 && value == 1;
  return false;
}

// Which of its inputs the node's output is; empty: none.
std::string same_as(const Source& source, const Node& node) {
  const std::string& op = node.op;
  const std::string& first = node.inputs.at(0);
  const Shape& shape = shape_of(source, node.outputs[0]);
  if (is_one_of(op, {"Identity", "Dropout", "Cast", "CastLike"})) return first;
  if (is_one_of(op, {"Sum", "Mean", "Max", "Min", "Concat"}) && node.inputs.size() == 1)
    return first;
  const bool same_shape = shape_of(source, first) == shape;
  // Of the same shape all of these give what they read, in its order; a Slice's might be reversed.
  if (same_shape &&
      is_one_of(op, {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand", "Split"}))
    return first;
  if (op == "Transpose" && same_shape) {
    const auto found = node.attributes.find("perm");
    if (found == node.attributes.end()) return shape.size() <= 1 ? first : "";
    const auto* perm = std::get_if<std::vector<std::int64_t>>(&found->second);
    for (std::size_t i = 0; i < perm->size(); ++i) {
      if ((*perm)[i] != static_cast<std::int64_t>(i)) return "";
    }
    return first;
  }
  if (op == "Clip" && node.opset >= 11) {
    const double infinity = std::numeric_limits<double>::infinity();
    const auto bound = [&](std::size_t i, double usual) {
      if (i >= node.inputs.size() || node.inputs[i].empty()) return usual;
      return scalar(source, node.inputs[i]).value_or(0);
    };
    // The ends of single precision bound nothing.
    if (bound(1, -infinity) <= -3.4e38 && bound(2, infinity) >= 3.4e38) return first;
    return "";
  }
  if (node.inputs.size() == 2 && same_shape) {
    if (const auto value = scalar(source, node.inputs[1])) {
      if (is_neutral(op, 1, *value)) return first;
    }
  }
  if (node.inputs.size() == 2 && shape_of(source, node.inputs[1]) == shape) {
    if (const auto value = scalar(source, first)) {
      if (is_neutral(op, 0, *value)) return node.inputs[1];
    }
  }
  return "";
}

}  // namespace

bool remove_idle(Source& source) {
  Rewriter rewriter(source);
  for (const Node& node : rewriter.before()) {
    // A network that is nothing else keeps its last node.
    const std::string same = same_as(source, node);
    const bool is_all = source.outputs[0] == node.outputs[0] && same == source.inputs[0].name &&
                        rewriter.before().size() == 1;
    if (same.empty() || is_all) {
      rewriter.keep(node);
      continue;
    }
    rewriter.skip(node.outputs[0], same);
    for (const int origin : node.origins) {
      if (source.records[origin].fate.empty())
        source.records[origin].fate = "nothing: it changes no value";
    }
  }
  return rewriter.finish();
}

}  // namespace qfx::imports
