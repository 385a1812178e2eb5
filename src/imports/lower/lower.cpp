#include "qfx/imports/lower.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "imports/lower/lowering.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/verify.h"

namespace qfx::imports {

using graph::NodeId;

std::vector<float> to_floats(const std::vector<double>& values) {
  std::vector<float> result;
  result.reserve(values.size());
  for (const double value : values) {
    if (!(std::abs(value) <= std::numeric_limits<float>::max()))
      fault("one of its constants is {}; all must be finite single-precision numbers", value);
    result.push_back(static_cast<float>(value));
  }
  return result;
}

Lowering::Lowering(const Source& source, const std::string& model_name)
    : source_(source), links_(source), builder_(model_name) {}

NodeId Lowering::append(graph::Op op, std::vector<NodeId> inputs) {
  std::string name = current_ == nullptr ? "" : names_.fresh(current_->name);
  if (name.empty())
    name = names_.fresh(fmt::format("{}_{}", graph::kind_name(op), origins_.size()));
  NodeId id = -1;
  ops_.push_back(op);
  try {
    id = builder_.append(std::move(op), std::move(inputs), name);
  } catch (const UserError& error) {
    fault("as {}", error.what());
  }
  origins_.push_back(current_ == nullptr ? std::vector<int>() : current_->origins);
  return id;
}

void Lowering::set(NodeId id, graph::Role role, const std::vector<double>& values) {
  values_.push_back({id, role, to_floats(values)});
}

const Spot& Lowering::spot(const std::string& value) const {
  if (known(value) != nullptr)
    fault("its input {} is a constant, where it must be computed from the samples",
          in_quotes(value));
  const auto found = spots_.find(value);
  if (found == spots_.end()) fault("its input {} is missing", in_quotes(value));
  return found->second;
}

void Lowering::place_like(const Node& node, const Spot& like, NodeId id) {
  Spot spot = like;
  spot.node = id;
  spot.shape = shape_of(source_, node.outputs[0]);
  place(node.outputs[0], std::move(spot));
}

Call Lowering::call_of(const Node& node) {
  call_inputs_.clear();
  for (const std::string& name : node.inputs) {
    if (name.empty()) {
      call_inputs_.push_back(nullptr);
    } else if (const Tensor* tensor = known(name)) {
      call_inputs_.push_back(tensor);
    } else {
      call_inputs_.push_back(&(unknown_[name] = Tensor::unknown(shape_of(source_, name))));
    }
  }
  return {node, call_inputs_};
}

bool Lowering::lower_by_name(const Node& node) {
  using Member = void (Lowering::*)(const Node&);
  static const std::map<std::string_view, Member> kMembers{
      {"Reshape", &Lowering::arrange},
      {"Flatten", &Lowering::arrange},
      {"Squeeze", &Lowering::arrange},
      {"Unsqueeze", &Lowering::arrange},
      {"Transpose", &Lowering::arrange},
      {"Slice", &Lowering::arrange},
      {"Split", &Lowering::arrange},
      {"Gather", &Lowering::arrange},
      {"Expand", &Lowering::arrange},
      {"Tile", &Lowering::arrange},
      {"DepthToSpace", &Lowering::arrange},
      {"SpaceToDepth", &Lowering::arrange},
      {"Resize", &Lowering::resize},
      {"Upsample", &Lowering::resize},
      {"Identity", &Lowering::arrange},
      {"Concat", &Lowering::concat},
      {"Pad", &Lowering::pad},
      {"Conv", &Lowering::conv},
      {"ConvTranspose", &Lowering::conv_transpose},
      {"Gemm", &Lowering::product},
      {"MatMul", &Lowering::product},
      {"MaxPool", &Lowering::pool},
      {"AveragePool", &Lowering::pool},
      {"ReduceMean", &Lowering::reduce},
      {"ReduceMax", &Lowering::reduce},
      {"ReduceSum", &Lowering::reduce},
      {"GlobalAveragePool", &Lowering::global_pool},
      {"Softmax", &Lowering::softmax},
      {"Clip", &Lowering::clip},
      {"Add", &Lowering::binary},
      {"Sub", &Lowering::binary},
      {"Mul", &Lowering::binary},
      {"Max", &Lowering::binary},
      {"Min", &Lowering::binary},
      {"PRelu", &Lowering::prelu},
      {"BatchNormalization", &Lowering::batch_norm},
      {"Relu", &Lowering::unary},
      {"LeakyRelu", &Lowering::unary},
      {"Abs", &Lowering::unary},
      {"Neg", &Lowering::unary},
      {"Sigmoid", &Lowering::unary},
      {"Tanh", &Lowering::unary},
      {"HardSigmoid", &Lowering::unary},
      {"HardSwish", &Lowering::unary},
      {"Swish", &Lowering::unary},
      {"Gelu", &Lowering::unary},
      {"Softplus", &Lowering::unary},
      {"Elu", &Lowering::unary},
      {"Exp", &Lowering::unary},
      {"Points", &Lowering::unary},
      {"Selu", &Lowering::unary},
      {"Celu", &Lowering::unary},
      {"Mish", &Lowering::unary},
      {"Softsign", &Lowering::unary},
      {"LogSigmoid", &Lowering::unary},
      {"Erf", &Lowering::unary},
      {"Sin", &Lowering::unary},
      {"Cos", &Lowering::unary},
      {"Atan", &Lowering::unary},
      {"Sqrt", &Lowering::unary},
      {"Rsqrt", &Lowering::unary},
      {"Reciprocal", &Lowering::unary},
      {"Log", &Lowering::unary},
      {"Sign", &Lowering::unary},
      {"Floor", &Lowering::unary},
      {"Ceil", &Lowering::unary},
      {"Round", &Lowering::unary},
      {"ThresholdedRelu", &Lowering::unary},
      {"Shrink", &Lowering::unary},
      {"Quant", &Lowering::quantize}};
  const auto found = kMembers.find(node.op);
  if (found == kMembers.end()) return false;
  std::invoke(found->second, *this, node);
  return true;
}

void Lowering::lower_node(const Node& node) {
  if (done_.contains(node.outputs[0])) return;
  current_ = &node;
  if (!lower_by_name(node))
    fault(
        "it is here for constants alone, and its input is computed from the samples (--list shows "
        "what each operator becomes)");
}

Lowered Lowering::run() {
  arrange_input();
  for (const Node& node : source_.nodes) {
    try {
      lower_node(node);
    } catch (const NodeFault& fault) {
      refuse(source_, node, fault.what());
    }
  }
  arrange_outputs();
  std::vector<NodeId> outputs;
  for (const LoweredOutput& output : result_.outputs) {
    if (std::ranges::find(outputs, output.node) == outputs.end()) outputs.push_back(output.node);
  }
  result_.model = builder_.finish(std::move(outputs));
  for (Values& entry : values_)
    result_.model.nodes[entry.node].params.at(entry.role).values = std::move(entry.values);
  for (Statistics& entry : statistics_)
    result_.model.nodes[entry.node].statistics = std::move(entry.values);
  if (source_.is_quantized) settle();
  graph::verify(result_.model);
  result_.made.resize(source_.records.size());
  for (std::size_t id = 0; id < origins_.size(); ++id) {
    for (const int origin : origins_[id]) {
      auto& names = result_.made[origin];
      const std::string& name = result_.model.nodes[id].name;
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return std::move(result_);
}

Lowered lower(const Source& source, const std::string& model_name) {
  return Lowering(source, model_name).run();
}

}  // namespace qfx::imports
