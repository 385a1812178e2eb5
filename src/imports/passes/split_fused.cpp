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

// QLinearConv and QLinearMatMul in the form of QuantizeLinear and DequantizeLinear. Inputs: x, its
// scale and zero point, w, its two, y's two, and a bias in units of both scales.
void put_linear(Source& source, Rewriter& rewriter, const Node& node) {
  const bool is_conv = node.op == "QLinearConv";
  const auto dequantized = [&](const std::string& value, const std::string& scale,
                               const std::string& zero, std::int64_t axis) {
    const std::string result = new_name(source, value);
    Node dq = made(node, "DequantizeLinear", {value, scale}, result);
    if (!zero.empty()) dq.inputs.push_back(zero);
    dq.attributes["axis"] = axis;
    rewriter.keep(std::move(dq));
    return result;
  };
  const std::vector<std::string>& in = node.inputs;
  const std::int64_t axis = is_conv ? 0 : 1;
  std::vector<std::string> inputs{dequantized(in[0], in[1], in[2], 1),
                                  dequantized(in[3], in[4], in[5], axis)};
  if (in.size() == 9 && !in[8].empty()) {
    const std::string scale = new_name(source, in[8]);
    rewriter.keep(made(node, "Mul", {in[1], in[4]}, scale));
    inputs.push_back(dequantized(in[8], scale, "", 0));
  }
  const std::string sum = new_name(source, node.outputs[0]);
  Node product = made(node, is_conv ? "Conv" : "MatMul", std::move(inputs), sum);
  product.attributes = node.attributes;
  rewriter.keep(std::move(product));
  rewriter.keep(made(node, "QuantizeLinear", {sum, in[6], in[7]}, node.outputs[0]));
}

// A Clip of a QuantizeLinear's integers, which is how Brevitas writes fewer bits than ONNX has types for.
const Node* clipped_quantizer(const Source& source, const Rewriter& rewriter, const Node& node) {
  if (!node.domain.empty() || node.op != "Clip" || node.opset < 11 || node.inputs.empty())
    return nullptr;
  const Node* maker = rewriter.links().maker(node.inputs[0]);
  const bool quantizes = maker != nullptr && maker->domain.empty() &&
                         maker->op == "QuantizeLinear" && maker->inputs.size() >= 2;
  if (!quantizes) return nullptr;
  const Tensor* scale = constant(source, maker->inputs[1]);
  return scale == nullptr || scale->size() == 1 ? maker : nullptr;
}

// In front of it, at the numbers that the bounds stand for: rounding keeps the order of numbers, so
// what is clipped and rounded is what is rounded and clipped.
void put_clip_first(Source& source, Rewriter& rewriter, const Node& clip, const Node& quantizer) {
  std::vector<std::string> inputs{quantizer.inputs[0]};
  for (std::size_t i = 1; i < clip.inputs.size(); ++i) {
    if (clip.inputs[i].empty()) {
      inputs.emplace_back();
      continue;
    }
    Node bound = quantizer;
    bound.op = "DequantizeLinear";
    bound.inputs[0] = clip.inputs[i];
    bound.outputs = {inputs.emplace_back(new_name(source, clip.inputs[i]))};
    std::erase_if(bound.attributes, [](const auto& entry) { return entry.first != "axis"; });
    rewriter.keep(std::move(bound));
  }
  const std::string clipped = new_name(source, clip.outputs[0]);
  rewriter.keep(made(clip, "Clip", std::move(inputs), clipped));
  Node last = quantizer;
  last.inputs[0] = clipped;
  last.outputs = clip.outputs;
  rewriter.keep(std::move(last));
}

}  // namespace

bool split_fused(Source& source) {
  Rewriter rewriter(source);
  for (const Node& node : rewriter.before()) {
    if (const Node* quantizer = clipped_quantizer(source, rewriter, node)) {
      put_clip_first(source, rewriter, node, *quantizer);
      rewriter.change();
      continue;
    }
    const bool is_linear =
        node.domain.empty() && (node.op == "QLinearConv" || node.op == "QLinearMatMul");
    const bool is_last = is_channels_last(node);
    if (node.domain != "com.microsoft" && !is_linear && !is_last) {
      rewriter.keep(node);
      continue;
    }
    try {
      check_operator(node);
    } catch (const NodeFault& fault) {
      refuse(source, node, fault.what());
    }
    rewriter.change();
    if (is_last) {
      put_channels_first(source, rewriter, node);
      continue;
    }
    if (is_linear) {
      put_linear(source, rewriter, node);
      continue;
    }
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
