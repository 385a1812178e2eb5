#include <cmath>
#include <numbers>
#include <optional>

#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

bool is_near(std::optional<double> value, double wanted) {
  return value && std::abs(*value - wanted) <= 1e-6 * std::abs(wanted);
}

// What a node multiplies: factors that are no constants, and the product of those that are.
struct Product {
  std::vector<std::string> factors;
  double constant = 1;
};

class Patterns {
 public:
  explicit Patterns(Source& source) : source_(source), rewriter_(source) {}

  bool run() {
    for (const Node& node : rewriter_.before()) {
      const auto found = pattern(node);
      // A constant with more axes than the rest would give its axes to the result.
      if (found && shape_of(source_, found->inputs[0]) == shape_of(source_, node.outputs[0])) {
        rewriter_.keep(*found);
        rewriter_.change();
      } else {
        rewriter_.keep(node);
      }
    }
    return rewriter_.finish();
  }

 private:
  std::optional<Node> pattern(const Node& node) const {
    if (node.op == "Mul") return of_product(node);
    if (node.op == "Log") return of_logarithm(node);
    if (node.op == "Clip") return hard_sigmoid(node);
    if (node.op == "Reciprocal") {
      const Node* root = maker(node.inputs[0], "Sqrt");
      if (root != nullptr) return own(node, "Rsqrt", root->inputs[0]);
    }
    return std::nullopt;
  }

  const Node* maker(const std::string& value, const char* op) const {
    const Node* node = rewriter_.links().maker(value);
    return node != nullptr && node->op == op ? node : nullptr;
  }

  // The input of `op` with this constant as its second operand; empty for anything else.
  std::string with_constant(const std::string& value, const char* op, double wanted) const {
    const Node* node = maker(value, op);
    if (node == nullptr || !is_near(scalar(source_, node->inputs[1]), wanted)) return "";
    return node->inputs[0];
  }

  void collect(const Node& node, Product& product, int depth) const {
    for (const std::string& input : node.inputs) {
      const Node* inner = maker(input, "Mul");
      if (const auto value = scalar(source_, input))
        product.constant *= *value;
      else if (inner != nullptr && depth < 4 && rewriter_.links().read_once(input) &&
               inner->inputs[0] != inner->inputs[1])
        collect(*inner, product, depth + 1);
      else
        product.factors.push_back(input);
    }
  }

  // One of our own, which ONNX has no operator for.
  static Node own(const Node& node, const char* op, const std::string& x) {
    Node result = made(node, op, {x}, node.outputs[0]);
    result.domain = "qfx";
    return result;
  }

  // Whether it limits its input to 0 and `most`.
  bool is_clip_to(const Node& clip, double most) const {
    std::optional<double> low, high;
    if (clip.opset >= 11 && clip.inputs.size() == 3) {
      low = scalar(source_, clip.inputs[1]);
      high = scalar(source_, clip.inputs[2]);
    } else if (clip.opset < 11 && clip.attributes.contains("min") &&
               clip.attributes.contains("max")) {
      low = std::get<double>(clip.attributes.at("min"));
      high = std::get<double>(clip.attributes.at("max"));
    }
    return low == 0.0 && high == most;
  }

  // x where `value` is clip(x + 3, 0, 6).
  std::string shifted_relu6(const std::string& value) const {
    const Node* clip = maker(value, "Clip");
    return clip != nullptr && is_clip_to(*clip, 6) ? with_constant(clip->inputs[0], "Add", 3) : "";
  }

  // clip(a * x + b, 0, 1)
  std::optional<Node> hard_sigmoid(const Node& node) const {
    if (!is_clip_to(node, 1)) return std::nullopt;
    const Node* sum = maker(node.inputs[0], "Add");
    const auto beta = sum == nullptr ? std::nullopt : scalar(source_, sum->inputs[1]);
    const Node* product = beta ? maker(sum->inputs[0], "Mul") : nullptr;
    const auto alpha =
        product == nullptr ? std::nullopt : scalar(source_, product->inputs[1]);
    if (!alpha || !rewriter_.links().read_once(node.inputs[0]) ||
        !rewriter_.links().read_once(sum->inputs[0]))
      return std::nullopt;
    Node result = made(node, "HardSigmoid", {product->inputs[0]}, node.outputs[0]);
    result.attributes = {{"alpha", *alpha}, {"beta", *beta}};
    return result;
  }

  // x where `value` is hardsigmoid(x) with torch's slope.
  std::string hard_sigmoid_input(const std::string& value) const {
    const Node* node = maker(value, "HardSigmoid");
    if (node == nullptr) return "";
    const auto number = [&](const char* name, double usual) {
      const auto found = node->attributes.find(name);
      const auto* given =
          found == node->attributes.end() ? nullptr : std::get_if<double>(&found->second);
      return given == nullptr ? usual : *given;
    };
    const bool is_torch = is_near(number("alpha", 0.2), 1.0 / 6) && number("beta", 0.5) == 0.5;
    return is_torch ? node->inputs[0] : "";
  }

  // x where `value` is 1 + erf(x / sqrt 2).
  std::string gaussian(const std::string& value) const {
    const std::string error = with_constant(value, "Add", 1);
    const Node* erf = error.empty() ? nullptr : maker(error, "Erf");
    return erf == nullptr ? "" : with_constant(erf->inputs[0], "Mul", 1 / std::numbers::sqrt2);
  }

  // How often x is a factor of the value, and what else is; nothing where there is anything else.
  struct Power {
    int exponent = 0;
    double constant = 1;
  };
  std::optional<Power> power_of(const std::string& value, const std::string& x,
                                int depth = 0) const {
    if (value == x) return Power{1, 1};
    if (const auto number = scalar(source_, value)) return Power{0, *number};
    const Node* product = maker(value, "Mul");
    if (product == nullptr || depth > 4) return std::nullopt;
    const auto a = power_of(product->inputs[0], x, depth + 1);
    const auto b = power_of(product->inputs[1], x, depth + 1);
    if (!a || !b) return std::nullopt;
    return Power{a->exponent + b->exponent, a->constant * b->constant};
  }

  // Whether `value` is 1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)).
  bool is_gelu_by_tanh(const std::string& value, const std::string& x) const {
    const std::string tangent = with_constant(value, "Add", 1);
    const Node* tanh = tangent.empty() ? nullptr : maker(tangent, "Tanh");
    if (tanh == nullptr) return false;
    const std::string inner =
        with_constant(tanh->inputs[0], "Mul", std::sqrt(2 / std::numbers::pi));
    const Node* sum = inner.empty() ? nullptr : maker(inner, "Add");
    if (sum == nullptr) return false;
    for (const std::size_t i : {0, 1}) {
      const auto cube = power_of(sum->inputs[1 - i], x);
      if (sum->inputs[i] == x && cube && cube->exponent == 3 && is_near(cube->constant, 0.044715))
        return true;
    }
    return false;
  }

  // What `x * other` is by itself.
  std::optional<Node> of_two(const Node& node, const std::string& x, const std::string& other) const {
    const std::string& y = node.outputs[0];
    if (x == hard_sigmoid_input(other)) return made(node, "HardSwish", {x}, y);
    if (const Node* sigmoid = maker(other, "Sigmoid")) {
      const auto inside = power_of(sigmoid->inputs[0], x);
      if (!inside || inside->exponent != 1) return std::nullopt;
      Node result = made(node, "Swish", {x}, y);
      if (inside->constant != 1) result.attributes = {{"alpha", inside->constant}};
      return result;
    }
    if (const Node* tanh = maker(other, "Tanh")) {
      const Node* softplus = maker(tanh->inputs[0], "Softplus");
      if (softplus != nullptr && softplus->inputs[0] == x) return made(node, "Mish", {x}, y);
    }
    if (const Node* inverse = maker(other, "Reciprocal")) {
      const std::string magnitude = with_constant(inverse->inputs[0], "Add", 1);
      const Node* abs = magnitude.empty() ? nullptr : maker(magnitude, "Abs");
      if (abs != nullptr && abs->inputs[0] == x) return made(node, "Softsign", {x}, y);
    }
    return std::nullopt;
  }

  std::optional<Node> of_product(const Node& node) const {
    Product product;
    collect(node, product, 0);
    const std::string& y = node.outputs[0];
    if (product.factors.size() == 1) {
      const std::string x = shifted_relu6(product.factors[0]);
      if (x.empty() || !is_near(product.constant, 1.0 / 6)) return std::nullopt;
      Node result = made(node, "HardSigmoid", {x}, y);
      result.attributes = {{"alpha", 1.0 / 6}, {"beta", 0.5}};
      return result;
    }
    if (product.factors.size() != 2) return std::nullopt;
    for (const std::size_t i : {0, 1}) {
      const std::string &x = product.factors[i], &other = product.factors[1 - i];
      if (x == shifted_relu6(other) && is_near(product.constant, 1.0 / 6))
        return made(node, "HardSwish", {x}, y);
      if (x == gaussian(other) && is_near(product.constant, 0.5)) return made(node, "Gelu", {x}, y);
      if (is_near(product.constant, 0.5) && is_gelu_by_tanh(other, x)) {
        Node result = made(node, "Gelu", {x}, y);
        result.attributes = {{"approximate", std::string("tanh")}};
        return result;
      }
      if (product.constant != 1) continue;
      if (const auto found = of_two(node, x, other)) return found;
    }
    return std::nullopt;
  }

  std::optional<Node> of_logarithm(const Node& node) const {
    const Node* sigmoid = maker(node.inputs[0], "Sigmoid");
    if (sigmoid != nullptr) return own(node, "LogSigmoid", sigmoid->inputs[0]);
    const std::string sum = with_constant(node.inputs[0], "Add", 1);
    const Node* exp = sum.empty() ? nullptr : maker(sum, "Exp");
    if (exp == nullptr) return std::nullopt;
    return made(node, "Softplus", {exp->inputs[0]}, node.outputs[0]);
  }

  Source& source_;
  Rewriter rewriter_;
};

}  // namespace

bool find_activations(Source& source) {
  return Patterns(source).run();
}

}  // namespace qfx::imports
