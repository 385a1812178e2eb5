#include "imports/operators/unsupported.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <vector>

#include "qfx/base/text.h"
#include "qfx/imports/operators.h"

namespace qfx::imports {
namespace {

constexpr std::pair<std::string_view, std::string_view> kHints[] = {
    {"ArgMax", "the network ends before it: classes are told by the largest output"},
    {"ArgMin", "the network ends before it"},
    {"Attention", "only convolutions, linear layers and what lies between them are"},
    {"ConvInteger", "quantize statically, in QDQ form"},
    {"DynamicQuantizeLinear", "scales must not depend on values: quantize statically, in QDQ form"},
    {"Einsum", "the nearest is a MatMul with a constant"},
    {"GRU", "recurrent networks are not; the nearest is a Conv over the sequence"},
    {"GroupNormalization", "the nearest is a BatchNormalization"},
    {"If", "a network here has no branches that depend on values"},
    {"LRN", "the nearest is a BatchNormalization"},
    {"LSTM", "recurrent networks are not; the nearest is a Conv over the sequence"},
    {"LayerNormalization", "the nearest is a BatchNormalization"},
    {"Loop", "a network here has no loops"},
    {"MatMulInteger", "quantize statically, in QDQ form"},
    {"NonMaxSuppression", "the network ends before it"},
    {"NonZero", "shapes must not depend on values"},
    {"RNN", "recurrent networks are not; the nearest is a Conv over the sequence"},
    {"Scan", "a network here has no loops"},
    {"TopK", "the network ends before it"}};

constexpr std::string_view kQonnx[] = {"onnx.brevitas", "qonnx.custom_op.general",
                                       "qonnx.custom_op.channels_last", "finn.custom_op.general"};

}  // namespace

std::string why_unsupported(const Node& node) {
  if (node.op == "MultiThreshold")
    return "the operator MultiThreshold is not here: thresholds no longer say what they round; the "
           "nearest is the file before FINN's conversion, with Quant nodes";
  if (std::ranges::find(kQonnx, node.domain) != std::end(kQonnx))
    return fmt::format(
        "the operator {} is QONNX's and not here; Quant, IntQuant, BipolarQuant and Trunc are, and "
        "Conv, MaxPool and "
        "BatchNormalization with channels last",
        in_quotes(node.op));
  if (!node.domain.empty() && node.domain != "com.microsoft")
    return fmt::format(
        "its domain {} is not known here; operators of ONNX's own domain are, and functions that "
        "the "
        "file holds",
        in_quotes(node.domain));
  for (const auto& [op, hint] : kHints) {
    if (op == node.op) return fmt::format("the operator {} is not here; {}", node.op, hint);
  }
  std::vector<std::string> names;
  for (const OperatorInfo& info : operators()) names.emplace_back(info.name);
  return fmt::format("the operator {}{} is not here; the nearest name is {} (--list shows all)",
                     node.domain.empty() ? "" : node.domain + ".", in_quotes(node.op),
                     nearest(node.op.substr(0, 64), names));
}

}  // namespace qfx::imports
