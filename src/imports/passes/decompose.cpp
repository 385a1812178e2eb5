#include <cmath>
#include <numbers>

#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

double number(const Node& node, const char* name, double usual) {
  const auto found = node.attributes.find(name);
  const auto* value =
      found == node.attributes.end() ? nullptr : std::get_if<double>(&found->second);
  return value == nullptr ? usual : *value;
}

// A row of nodes in the place of one.
class Row {
 public:
  Row(Source& source, Rewriter& rewriter, const Node& node)
      : source_(source), rewriter_(rewriter), node_(node), value_(node.inputs[0]) {
    rewriter_.change();
  }

  Row& then(const std::string& op, std::map<std::string, Attribute> attributes = {}) {
    return put({value_}, op, std::move(attributes));
  }
  Row& times(double factor) { return put({value_, number_constant(factor)}, "Mul"); }
  Row& plus(double term) { return put({value_, number_constant(term)}, "Add"); }
  Row& with(const std::string& op, const std::string& other) { return put({other, value_}, op); }
  Row& clipped(double low, double high) {
    return put({value_, number_constant(low), number_constant(high)}, "Clip");
  }

  // The last node makes the output of the one that is replaced.
  void end() {
    last_.outputs = {node_.outputs[0]};
    rewriter_.keep(last_);
  }

 private:
  Row& put(std::vector<std::string> inputs, const std::string& op,
           std::map<std::string, Attribute> attributes = {}) {
    if (!last_.op.empty()) rewriter_.keep(last_);
    value_ = new_name(source_, node_.outputs[0]);
    last_ = made(node_, op, std::move(inputs), value_);
    last_.attributes = std::move(attributes);
    return *this;
  }
  std::string number_constant(double value) {
    return add_constant(source_, "number", Tensor::of({}, {value}));
  }

  Source& source_;
  Rewriter& rewriter_;
  const Node& node_;
  std::string value_;
  Node last_{};
};

bool rewrite(Source& source, Rewriter& rewriter, const Node& node) {
  const std::string& x = node.inputs[0];
  const double alpha = number(node, "alpha", 1);
  const auto row = [&] { return Row(source, rewriter, node); };
  if (node.op == "Elu" && alpha != 1) {
    // Below 0 an elu is the slope times that of alpha 1, which is below 0 there too.
    row().then("Elu").then("LeakyRelu", {{"alpha", alpha}}).end();
  } else if (node.op == "Selu") {
    row()
        .then("Elu")
        .then("LeakyRelu", {{"alpha", number(node, "alpha", 1.67326319217681884765625)}})
        .times(number(node, "gamma", 1.05070102214813232421875))
        .end();
  } else if (node.op == "Celu" && alpha > 0) {
    row().times(1 / alpha).then("Elu").times(alpha).end();
  } else if (node.op == "HardSigmoid") {
    const double slope = number(node, "alpha", 0.2F), beta = number(node, "beta", 0.5);
    const bool is_torch = std::abs(slope * 6 - 1) < 1e-6 && beta == 0.5;
    if (is_torch) return false;
    row().times(slope).plus(beta).clipped(0, 1).end();
  } else if (node.op == "Mish") {
    row().then("Softplus").then("Tanh").with("Mul", x).end();
  } else if (node.op == "Swish" && alpha != 1) {
    row().times(alpha).then("Sigmoid").with("Mul", x).end();
  } else if (node.op == "Gelu" && node.attributes.contains("approximate") &&
             node.attributes.at("approximate") == Attribute(std::string("tanh"))) {
    // (1 + tanh z) / 2 is the sigmoid of 2z, and z is x * (k + k * 0.044715 * x * x).
    const double k = 2 * std::sqrt(2 / std::numbers::pi);
    row()
        .with("Mul", x)
        .times(0.044715 * k)
        .plus(k)
        .with("Mul", x)
        .then("Sigmoid")
        .with("Mul", x)
        .end();
  } else {
    return false;
  }
  return true;
}

// The largest of a whole image by a window as large as it.
bool rewrite_global(Source& source, Rewriter& rewriter, const Node& node) {
  if (node.op != "GlobalMaxPool") return false;
  const Shape& shape = shape_of(source, node.inputs[0]);
  Node pool = made(node, "MaxPool", {node.inputs[0]}, node.outputs[0]);
  pool.attributes["kernel_shape"] = std::vector<std::int64_t>(shape.begin() + 2, shape.end());
  if (shape.size() > 4) return false;
  rewriter.keep(std::move(pool));
  rewriter.change();
  return true;
}

}  // namespace

bool decompose(Source& source) {
  Rewriter rewriter(source);
  for (const Node& node : rewriter.before()) {
    if (!rewrite(source, rewriter, node) && !rewrite_global(source, rewriter, node))
      rewriter.keep(node);
  }
  return rewriter.finish();
}

}  // namespace qfx::imports
