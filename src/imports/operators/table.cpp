// Which operators there are.
#include <algorithm>
#include <cstddef>
#include <vector>

#include "imports/operators/quantizer.h"
#include "imports/operators/rules.h"
#include "imports/operators/unsupported.h"

#include "qfx/base/text.h"

namespace qfx::imports {
namespace {

struct Entry {
  OperatorInfo info;
  Rule rule;
  std::size_t fewest = 1, most = 1;  // inputs
};

constexpr std::string_view kConvAttributes = "auto_pad dilations group kernel_shape pads strides";
constexpr std::string_view kOnly = "constants only";
constexpr std::size_t kMany = 1 << 16;

// Of what passes make where ONNX has no operator for it.
constexpr std::string_view kOwn = "qfx";

constexpr Entry kTable[] = {
    {{"", "Abs", "", "abs"}, unary},
    {{"", "Add", "axis broadcast", "add, offset; into a bias"}, binary, 2, 2},
    {{"", "And", "axis broadcast", kOnly}, binary, 2, 2},
    {{"", "Atan", "", "atan"}, unary},
    {{"", "AveragePool", "auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides",
      "avg_pool2d, global_avg_pool2d"},
     average_pool},
    {{"", "BatchNormalization", "epsilon is_test momentum spatial training_mode", "batch_norm"},
     batch_normalization,
     5,
     5},
    {{"", "Cast", "saturate round_mode to", "nothing"}, cast},
    {{"", "CastLike", "saturate round_mode", kOnly}, cast_like, 2, 2},
    {{"", "Ceil", "", "ceil"}, unary},
    {{"", "Celu", "alpha", "celu"}, unary},
    {{"", "Clip", "max min", "relu, clip"}, clip, 1, 3},
    {{"", "Concat", "axis", "concat"}, concat, 1, kMany},
    {{"", "Constant", "value value_float value_floats value_int value_ints", kOnly},
     constant,
     0,
     0},
    {{"", "ConstantOfShape", "value", kOnly}, constant_of_shape},
    {{"", "Conv", kConvAttributes, "conv2d"}, conv, 2, 3},
    {{"", "ConvTranspose",
      "auto_pad dilations group kernel_shape output_padding output_shape pads strides",
      "conv2d, depth_to_space, slice"},
     conv_transpose,
     2,
     3},
    {{"", "Cos", "", "cos"}, unary},
    {{"", "DepthToSpace", "blocksize mode", "depth_to_space"}, depth_to_space},
    {{"", "DequantizeLinear", "axis block_size output_dtype", "formats of what it reads"},
     dequantize_linear,
     2,
     3},
    {{"", "Div", "axis broadcast", "affine; reciprocal, mul"}, binary, 2, 2},
    {{"", "Dropout", "is_test ratio seed", "nothing"}, dropout, 1, 3},
    {{"", "Elu", "alpha", "elu"}, unary},
    {{"", "Equal", "axis broadcast", kOnly}, binary, 2, 2},
    {{"", "Erf", "", "erf; gelu in its pattern"}, unary},
    {{"", "Exp", "", "exp"}, unary},
    {{"", "Expand", "", kOnly}, expand, 2, 2},
    {{"", "Flatten", "axis", "flatten"}, flatten},
    {{"", "Floor", "", "floor"}, unary},
    {{"", "Gather", "axis", "slice, rearrange; an order in weights"}, gather, 2, 2},
    {{"", "Gelu", "approximate", "gelu, gelu_tanh"}, unary},
    {{"", "Gemm", "alpha beta broadcast transA transB", "linear"}, gemm, 2, 3},
    {{"", "GlobalAveragePool", "", "global_avg_pool2d"}, global_pool},
    {{"", "GlobalMaxPool", "", "max_pool2d"}, global_pool},
    {{"", "Greater", "axis broadcast", kOnly}, binary, 2, 2},
    {{"", "GreaterOrEqual", "", kOnly}, binary, 2, 2},
    {{"", "HardSigmoid", "alpha beta", "hardsigmoid"}, unary},
    {{"", "HardSwish", "", "hardswish"}, unary},
    {{"", "Identity", "", "nothing"}, identity},
    {{"", "InstanceNormalization", "epsilon",
      "global_avg_pool2d, sub, mul, rsqrt, gate, affine"},
     instance_normalization,
     3,
     3},
    {{"", "LeakyRelu", "alpha", "leaky_relu"}, unary},
    {{"", "Less", "axis broadcast", kOnly}, binary, 2, 2},
    {{"", "LessOrEqual", "", kOnly}, binary, 2, 2},
    {{"", "Log", "", "log"}, unary},
    {{"", "LogSoftmax", "axis", "softmax, log"}, softmax},
    {{"", "MatMul", "", "linear, conv2d"}, matmul, 2, 2},
    {{"", "Max", "", "maximum, relu, clip"}, variadic, 1, kMany},
    {{"", "MaxPool", "auto_pad ceil_mode dilations kernel_shape pads storage_order strides",
      "max_pool2d"},
     max_pool},
    {{"", "Mean", "", "add, affine"}, variadic, 1, kMany},
    {{"", "Min", "", "minimum, clip"}, variadic, 1, kMany},
    {{"", "Mish", "", "mish"}, unary},
    {{"", "Mod", "fmod", kOnly}, binary, 2, 2},
    {{"", "Mul", "axis broadcast", "mul, gate, affine; into weights"}, binary, 2, 2},
    {{"", "Neg", "", "neg"}, unary},
    {{"", "Or", "axis broadcast", kOnly}, binary, 2, 2},
    {{"", "PRelu", "", "prelu"}, binary, 2, 2},
    {{"", "Pad", "mode pads value", "padding of the next layer, conv2d, slices and concat"},
     pad,
     1,
     4},
    {{"", "Pow", "axis broadcast", "mul, sqrt, reciprocal (2, 3, 4, 0.5, -0.5, -1)"},
     binary,
     2,
     2},
    {{"", "QLinearConv", kConvAttributes, "conv2d and formats"}, nullptr, 8, 9},
    {{"", "QLinearMatMul", "", "linear and formats"}, nullptr, 8, 8},
    {{"", "QuantizeLinear", "axis block_size output_dtype precision saturate",
      "formats of what makes its input"},
     quantize_linear,
     2,
     3},
    {{"", "Range", "", kOnly}, range, 3, 3},
    {{"", "Reciprocal", "", "reciprocal"}, unary},
    {{"", "ReduceL1", "axes keepdims noop_with_empty_axes", "abs and a sum"}, reduce, 1, 2},
    {{"", "ReduceL2", "axes keepdims noop_with_empty_axes", "mul, a sum, sqrt"}, reduce, 1, 2},
    {{"", "ReduceMax", "axes keepdims noop_with_empty_axes", "max_pool2d, maximum"}, reduce, 1, 2},
    {{"", "ReduceMean", "axes keepdims noop_with_empty_axes",
      "global_avg_pool2d, avg_pool2d, conv2d"},
     reduce,
     1,
     2},
    {{"", "ReduceMin", "axes keepdims noop_with_empty_axes", "neg, max_pool2d, maximum"},
     reduce,
     1,
     2},
    {{"", "ReduceProd", "axes keepdims noop_with_empty_axes", kOnly}, reduce, 1, 2},
    {{"", "ReduceSum", "axes keepdims noop_with_empty_axes",
      "global_avg_pool2d, affine, conv2d"},
     reduce,
     1,
     2},
    {{"", "ReduceSumSquare", "axes keepdims noop_with_empty_axes", "mul and a sum"}, reduce, 1, 2},
    {{"", "Relu", "", "relu"}, unary},
    {{"", "Reshape", "allowzero", "nothing, flatten"}, reshape, 2, 2},
    {{"", "Resize",
      "antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside "
      "extrapolation_value keep_aspect_ratio_policy mode nearest_mode",
      "upsample, slice; upsample and avg_pool2d (linear)"},
     resize,
     2,
     4},
    {{"", "Round", "", "round"}, unary},
    {{"", "Selu", "alpha gamma", "selu"}, unary},
    {{"", "Shape", "end start", kOnly}, shape_of},
    {{"", "Shrink", "bias lambd", "shrink"}, unary},
    {{"", "Sigmoid", "", "sigmoid"}, unary},
    {{"", "Sign", "", "signum"}, unary},
    {{"", "Sin", "", "sin"}, unary},
    {{"", "Size", "", kOnly}, size_of},
    {{"", "Slice", "axes ends starts", "slice, rearrange"}, slice, 1, 5},
    {{"", "Softmax", "axis", "softmax"}, softmax},
    {{"", "SpaceToDepth", "blocksize mode", "space_to_depth"}, space_to_depth},
    {{"", "Softplus", "", "softplus"}, unary},
    {{"", "Softsign", "", "softsign"}, unary},
    {{"", "Split", "axis num_outputs split", "slice, rearrange"}, split, 1, 2},
    {{"", "Sqrt", "", "sqrt"}, unary},
    {{"", "Squeeze", "axes", "nothing"}, squeeze, 1, 2},
    {{"", "Sub", "axis broadcast", "sub, offset"}, binary, 2, 2},
    {{"", "Sum", "", "add"}, variadic, 1, kMany},
    {{"", "Swish", "alpha", "silu"}, unary},
    {{"", "Tanh", "", "tanh"}, unary},
    {{"", "ThresholdedRelu", "alpha", "thresholded_relu"}, unary},
    {{"", "Tile", "", "upsample, rearrange"}, tile, 2, 2},
    {{"", "Transpose", "perm", "permute, channel_shuffle, rearrange; an order in weights"},
     transpose},
    {{"", "Unsqueeze", "axes", "unsqueeze"}, unsqueeze, 1, 2},
    {{"", "Upsample", "height_scale mode scales width_scale",
      "upsample; upsample and avg_pool2d (linear)"},
     resize,
     1,
     2},
    {{"", "Where", "", kOnly}, where, 3, 3},
    {{"com.microsoft", "FusedConv",
      "activation activation_params auto_pad dilations group kernel_shape pads strides",
      "conv2d and its activation"},
     nullptr,
     2,
     4},
    {{"com.microsoft", "FusedGemm",
      "activation activation_alpha activation_beta activation_gamma alpha beta transA transB",
      "linear and its activation"},
     nullptr,
     2,
     3},
    {{"com.microsoft", "FusedMatMul", "alpha transA transB transBatchA transBatchB", "linear"},
     nullptr,
     2,
     2},
    {{kOwn, "LogSigmoid", "", "logsigmoid"}, unary},
    {{kOwn, "Points", "x y", "points"}, unary},
    {{kOwn, "Rsqrt", "", "rsqrt"}, unary},
    {{kChannelsLastDomain, "BatchNormalization", "epsilon momentum", "batch_norm"}, nullptr, 5, 5},
    {{kChannelsLastDomain, "Conv", "dilations group kernel_shape pads strides", "conv2d"},
     nullptr,
     2,
     3},
    {{kChannelsLastDomain, "MaxPool", "ceil_mode dilations kernel_shape pads strides",
      "max_pool2d"},
     nullptr},
    {{kQonnxDomain, "BipolarQuant", "", "quant_sign; binary weights"}, quant, 2, 2},
    {{kQonnxDomain, "IntQuant", "narrow rounding_mode signed", "formats"}, quant, 4, 4},
    {{kQonnxDomain, "Quant", "narrow rounding_mode signed", "formats"}, quant, 4, 4},
    {{kQonnxDomain, "Trunc", "narrow rounding_mode signed", "cast"}, trunc, 5, 6},
    {{kPlainDomain, "Quant", "bipolar frac_bits high low rounding", kOnly}, quant},
};

const Entry* find(const Node& node) {
  const auto found = std::ranges::find_if(kTable, [&](const Entry& entry) {
    return entry.info.domain == domain_of(node) && entry.info.name == node.op;
  });
  return found == std::end(kTable) ? nullptr : found;
}

bool lists(std::string_view attributes, std::string_view name) {
  while (!attributes.empty()) {
    const std::size_t end = std::min(attributes.find(' '), attributes.size());
    if (attributes.substr(0, end) == name) return true;
    attributes.remove_prefix(std::min(end + 1, attributes.size()));
  }
  return false;
}

}  // namespace

std::span<const OperatorInfo> operators() {
  static const auto list = [] {
    std::vector<OperatorInfo> infos;
    for (const Entry& entry : kTable) {
      if (entry.info.domain != kOwn) infos.push_back(entry.info);
    }
    return infos;
  }();
  return list;
}

void check_operator(const Node& node) {
  const Entry* entry = find(node);
  if (entry == nullptr) fault("{}", why_unsupported(node));
  for (const auto& [name, unused] : node.attributes) {
    if (lists(entry->info.attributes, name)) continue;
    // consumed_inputs is bookkeeping of the oldest files.
    if (name == "consumed_inputs") continue;
    fault("its attribute {} is not known here; those of {} are {}", in_quotes(name), node.op,
          entry->info.attributes.empty() ? "none" : entry->info.attributes);
  }
  if (node.inputs.size() < entry->fewest || node.inputs.size() > entry->most)
    fault("it has {} inputs; {} to {} are allowed", node.inputs.size(), entry->fewest, entry->most);
  if (node.outputs.empty()) fault("it has no output");
}

std::vector<Tensor> evaluate(const Node& node, const std::vector<const Tensor*>& inputs) {
  check_operator(node);
  const Entry* entry = find(node);
  if (entry->rule == nullptr) fault("it must be split before it is computed");
  std::vector<Tensor> outputs = entry->rule({node, inputs});
  if (outputs.size() > node.outputs.size()) fault("it has {} outputs", node.outputs.size());
  return outputs;
}

std::map<std::string, Tensor> run(const Source& source,
                                  const std::map<std::string, Tensor>& inputs) {
  std::map<std::string, Tensor> values = inputs;
  for (const Node& node : source.nodes) {
    std::vector<const Tensor*> given;
    for (const std::string& name : node.inputs) {
      const auto constant = source.constants.find(name);
      const auto value = values.find(name);
      given.push_back(constant != source.constants.end() ? &constant->second
                      : value != values.end()            ? &value->second
                                                         : nullptr);
    }
    std::vector<Tensor> outputs = evaluate(node, given);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!node.outputs[i].empty()) values[node.outputs[i]] = std::move(outputs[i]);
    }
  }
  return values;
}

}  // namespace qfx::imports
