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
    if (node.op == "Log") return softplus(node);
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

  // x where `value` is clip(x + 3, 0, 6).
  std::string shifted_relu6(const std::string& value) const {
    const Node* clip = maker(value, "Clip");
    if (clip == nullptr) return "";
    std::optional<double> low, high;
    if (clip->opset >= 11 && clip->inputs.size() == 3) {
      low = scalar(source_, clip->inputs[1]);
      high = scalar(source_, clip->inputs[2]);
    } else if (clip->opset < 11 && clip->attributes.contains("min") &&
               clip->attributes.contains("max")) {
      low = std::get<double>(clip->attributes.at("min"));
      high = std::get<double>(clip->attributes.at("max"));
    }
    return low == 0.0 && high == 6.0 ? with_constant(clip->inputs[0], "Add", 3) : "";
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
      if (x == hard_sigmoid_input(other) && product.constant == 1)
        return made(node, "HardSwish", {x}, y);
      if (x == gaussian(other) && is_near(product.constant, 0.5)) return made(node, "Gelu", {x}, y);
      const Node* sigmoid = maker(other, "Sigmoid");
      if (sigmoid != nullptr && sigmoid->inputs[0] == x && product.constant == 1)
        return made(node, "Swish", {x}, y);
    }
    return std::nullopt;
  }

  std::optional<Node> softplus(const Node& node) const {
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
