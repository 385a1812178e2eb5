#include <algorithm>
#include <limits>
#include <utility>

#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

// A constant through a function of one variable.
std::string mapped(Source& source, const std::string& value, double (*function)(double)) {
  Tensor tensor = *constant(source, value);
  for (double& x : tensor.reals) x = function(x);
  return add_constant(source, value, std::move(tensor));
}

class Plain {
 public:
  explicit Plain(Source& source) : source_(source), rewriter_(source) {}

  bool run() {
    for (const Node& node : rewriter_.before()) {
      if (!rewrite(node)) rewriter_.keep(node);
    }
    return rewriter_.finish();
  }

 private:
  bool is_real_constant(const std::string& value) const {
    const Tensor* tensor = constant(source_, value);
    return tensor != nullptr && !tensor->is_integer;
  }

  void put(Node node) {
    rewriter_.keep(std::move(node));
    rewriter_.change();
  }

  std::string next(const Node& node) { return new_name(source_, node.outputs[0]); }

  bool rewrite(const Node& node) {
    const std::string& op = node.op;
    if (op == "Sum" || op == "Mean" || ((op == "Max" || op == "Min") && node.inputs.size() > 2))
      return chain(node);
    if (node.inputs.size() != 2) return false;
    const std::string &a = node.inputs[0], &b = node.inputs[1];
    const std::string& y = node.outputs[0];
    const bool old = node.opset < 7 && node.attributes.contains("broadcast");
    if (old && op != "PRelu" && op != "Gemm") return modern(node);
    if (op == "Sub" && is_real_constant(b)) {
      put(made(node, "Add", {a, mapped(source_, b, [](double x) { return -x; })}, y));
    } else if (op == "Sub" && is_real_constant(a)) {
      const std::string minus = next(node);
      put(made(node, "Neg", {b}, minus));
      put(made(node, "Add", {minus, a}, y));
    } else if (op == "Div" && is_real_constant(b)) {
      put(made(node, "Mul", {a, mapped(source_, b, [](double x) { return 1 / x; })}, y));
    } else if (op == "Div" && !is_idle_quotient(a, b)) {
      const std::string inverse = next(node);
      put(made(node, "Reciprocal", {b}, inverse));
      put(made(node, "Mul", {a, inverse}, y));
    } else if (op == "Pow" && scalar(source_, b)) {
      return power(node, *scalar(source_, b));
    } else if ((op == "Add" || op == "Mul") && is_real_constant(a)) {
      put(made(node, op, {b, a}, y));
    } else if (op == "Max" || op == "Min") {
      return bounded(node);
    } else {
      return false;
    }
    return true;
  }

  // One whose operands are of other kinds than real numbers that depend on the samples.
  bool is_idle_quotient(const std::string& a, const std::string& b) const {
    const Tensor *first = constant(source_, a), *second = constant(source_, b);
    return second != nullptr || (first != nullptr && first->is_integer);
  }

  bool power(const Node& node, double exponent) {
    const std::string &a = node.inputs[0], &y = node.outputs[0];
    if (shape_of(source_, a) != shape_of(source_, y)) return false;
    if (exponent == 0.5) {
      put(made(node, "Sqrt", {a}, y));
    } else if (exponent == -1) {
      put(made(node, "Reciprocal", {a}, y));
    } else if (exponent == -0.5) {
      const std::string root = next(node);
      put(made(node, "Sqrt", {a}, root));
      put(made(node, "Reciprocal", {root}, y));
    } else if (exponent == 2) {
      put(made(node, "Mul", {a, a}, y));
    } else if (exponent == 3 || exponent == 4) {
      const std::string square = next(node);
      put(made(node, "Mul", {a, a}, square));
      put(made(node, "Mul", {square, exponent == 3 ? a : square}, y));
    } else {
      return false;
    }
    return true;
  }

  // The second operand of an old file, which lies along the first one's axes, as one that
  // broadcasts.
  bool modern(const Node& node) {
    Shape shape = shape_of(source_, node.inputs[1]);
    const std::size_t rank = shape_of(source_, node.inputs[0]).size();
    const auto axis = node.attributes.find("axis");
    if (axis != node.attributes.end()) {
      std::int64_t from = std::get<std::int64_t>(axis->second);
      if (from < 0) from += static_cast<std::int64_t>(rank);
      shape.resize(rank - static_cast<std::size_t>(from), 1);
    }
    const Tensor* value = constant(source_, node.inputs[1]);
    std::string placed = node.inputs[1];
    if (value != nullptr) {
      Tensor tensor = *value;
      tensor.shape = shape;
      placed = add_constant(source_, placed, std::move(tensor));
    } else if (shape != shape_of(source_, placed)) {
      placed = next(node);
      put(made(node, "Reshape",
               {node.inputs[1],
                add_constant(source_, "shape", Tensor::of_integers({std::ssize(shape)}, shape))},
               placed));
    }
    put(made(node, node.op, {node.inputs[0], placed}, node.outputs[0]));
    return true;
  }

  bool chain(const Node& node) {
    const bool is_sum = node.op == "Sum" || node.op == "Mean";
    std::string so_far = node.inputs[0];
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      const bool is_last = i + 1 == node.inputs.size() && node.op != "Mean";
      const std::string to = is_last ? node.outputs[0] : next(node);
      put(made(node, is_sum ? "Add" : node.op, {so_far, node.inputs[i]}, to));
      so_far = to;
    }
    if (node.op == "Mean") {
      const double share = 1 / static_cast<double>(node.inputs.size());
      put(made(node, "Mul", {so_far, add_constant(source_, "share", Tensor::of({}, {share}))},
               node.outputs[0]));
    }
    return true;
  }

  // Max and Min with a number.
  bool bounded(const Node& node) {
    for (const std::size_t i : {0, 1}) {
      const auto bound = scalar(source_, node.inputs[i]);
      if (!bound || shape_of(source_, node.inputs[1 - i]) != shape_of(source_, node.outputs[0]))
        continue;
      const std::string limit = add_constant(source_, "bound", Tensor::of({}, {*bound}));
      std::vector<std::string> inputs{node.inputs[1 - i], node.op == "Max" ? limit : ""};
      if (node.op == "Min") inputs.push_back(limit);
      put(made(node, "Clip", std::move(inputs), node.outputs[0]));
      return true;
    }
    return bounded_by_channel(node);
  }

  // max(x, c) is relu(x - c) + c and min(x, c) is c - relu(c - x).
  bool bounded_by_channel(const Node& node) {
    for (const std::size_t i : {0, 1}) {
      const std::string &bound = node.inputs[i], &x = node.inputs[1 - i];
      if (!is_real_constant(bound) || constant(source_, x) != nullptr ||
          shape_of(source_, x) != shape_of(source_, node.outputs[0]))
        continue;
      const auto minus = [](double value) { return -value; };
      const std::string low = next(node), rest = next(node);
      if (node.op == "Max") {
        put(made(node, "Add", {x, mapped(source_, bound, minus)}, low));
        put(made(node, "Relu", {low}, rest));
        put(made(node, "Add", {rest, bound}, node.outputs[0]));
        return true;
      }
      const std::string negative = next(node), back = next(node);
      put(made(node, "Neg", {x}, negative));
      put(made(node, "Add", {negative, bound}, low));
      put(made(node, "Relu", {low}, rest));
      put(made(node, "Neg", {rest}, back));
      put(made(node, "Add", {back, bound}, node.outputs[0]));
      return true;
    }
    return false;
  }

  Source& source_;
  Rewriter rewriter_;
};

}  // namespace

bool plain_arithmetic(Source& source) {
  return Plain(source).run();
}

}  // namespace qfx::imports
