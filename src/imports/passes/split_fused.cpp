#include <algorithm>

#include "imports/operators/unsupported.h"
#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

double parameter(const Node& node, std::size_t i, double usual) {
  const auto found = node.attributes.find("activation_params");
  if (found == node.attributes.end()) return usual;
  const auto* values = std::get_if<std::vector<double>>(&found->second);
  return values != nullptr && i < values->size() ? (*values)[i] : usual;
}

double number(const Node& node, const std::string& name, double usual) {
  const auto found = node.attributes.find(name);
  const auto* value =
      found == node.attributes.end() ? nullptr : std::get_if<double>(&found->second);
  return value == nullptr ? usual : *value;
}

std::string text(const Node& node, const std::string& name) {
  const auto found = node.attributes.find(name);
  const auto* value =
      found == node.attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
  return value == nullptr ? "" : *value;
}

// The activation behind the product.
Node activation_of(Source& source, const Node& node, const std::string& from) {
  const std::string kind = text(node, "activation");
  const bool of_conv = node.op == "FusedConv";
  Node activation = made(node, kind, {from}, node.outputs[0]);
  const auto value = [&](const char* name, std::size_t i, double usual) {
    return of_conv ? parameter(node, i, usual)
                   : number(node, std::string("activation_") + name, usual);
  };
  if (kind == "LeakyRelu") {
    activation.attributes["alpha"] = value("alpha", 0, 0.01F);
  } else if (kind == "HardSigmoid") {
    activation.attributes["alpha"] = value("alpha", 0, 0.2F);
    activation.attributes["beta"] = value("beta", 1, 0.5);
  } else if (kind == "Clip" && of_conv) {
    for (const std::size_t i : {0, 1})
      activation.inputs.push_back(add_constant(
          source, "bound", Tensor::of({}, {parameter(node, i, i == 0 ? -3.4e38 : 3.4e38)})));
  } else if (kind != "Relu" && kind != "Sigmoid" && kind != "Tanh") {
    refuse(source, node,
           "its activation is '" + kind +
               "'; Relu, Sigmoid, Tanh, LeakyRelu, HardSigmoid and a convolution's Clip are here");
  }
  return activation;
}

}  // namespace

bool split_fused(Source& source) {
  Rewriter rewriter(source);
  for (const Node& node : rewriter.before()) {
    if (node.domain != "com.microsoft") {
      rewriter.keep(node);
      continue;
    }
    try {
      check_operator(node);
    } catch (const NodeFault& fault) {
      refuse(source, node, fault.what());
    }
    rewriter.change();
    const std::string op = node.op == "FusedConv" ? "Conv" : "Gemm";
    std::vector<std::string> inputs = node.inputs;
    std::string added;
    if (node.op == "FusedConv" && inputs.size() == 4) added = inputs[3];
    if (inputs.size() > 3) inputs.resize(3);
    std::string last = node.outputs[0];
    const bool has_activation = !text(node, "activation").empty();
    if (has_activation) last = new_name(source, node.outputs[0]);
    const std::string product = added.empty() ? last : new_name(source, node.outputs[0]);
    Node plain = made(node, op, inputs, product);
    for (const auto& [name, value] : node.attributes) {
      if (!name.starts_with("activation")) plain.attributes[name] = value;
      if (name.starts_with("transBatch") && value != Attribute(std::int64_t{0}))
        refuse(source, node, "its attribute " + name + " is not 0, which is what is here");
    }
    std::erase_if(plain.attributes,
                  [](const auto& entry) { return entry.first.starts_with("transBatch"); });
    rewriter.keep(std::move(plain));
    if (!added.empty()) rewriter.keep(made(node, "Add", {product, added}, last));
    if (has_activation) rewriter.keep(activation_of(source, node, last));
  }
  return rewriter.finish();
}

}  // namespace qfx::imports
