#include "imports/onnx/functions.h"

#include <fmt/format.h>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::imports {
namespace {

constexpr std::size_t kMostNodes = std::size_t{1} << 16;
constexpr int kDeepest = 32;

using Key = std::tuple<std::string, std::string, std::string>;  // domain, name, overload

class Inliner {
 public:
  explicit Inliner(const ::onnx::ModelProto& model) : model_(model) {
    for (const auto& function : model.functions()) {
      const Key key{plain_domain(function.domain()), function.name(), function.overload()};
      if (!functions_.emplace(key, &function).second)
        user_error("the model has two functions {}; a function has one body",
                   in_quotes(function.name()));
    }
    const ::onnx::GraphProto& graph = model.graph();
    for (const auto& input : graph.input()) taken_.insert(input.name());
    for (const auto& constant : graph.initializer()) taken_.insert(constant.name());
    for (const auto& node : graph.node()) {
      for (const auto& output : node.output()) taken_.insert(output);
    }
  }

  std::vector<Placed> run() {
    const Opsets opsets = read_opsets(model_.opset_import());
    for (int i = 0; i < model_.graph().node_size(); ++i) add(model_.graph().node(i), opsets, i, 0);
    return std::move(placed_);
  }

 private:
  void add(const ::onnx::NodeProto& node, const Opsets& opsets, int record, int depth) {
    const std::string domain = plain_domain(node.domain());
    const auto function = functions_.find({domain, node.op_type(), node.overload()});
    if (function != functions_.end()) return call(node, *function->second, record, depth);
    if (placed_.size() == kMostNodes)
      user_error("the model has more than {} nodes once its functions are put in; simplify it",
                 kMostNodes);
    const auto opset = opsets.find(domain);
    placed_.push_back({node, opset == opsets.end() ? 1 : opset->second, record});
    placed_.back().node.set_domain(domain);
  }

  void call(const ::onnx::NodeProto& call, const ::onnx::FunctionProto& function, int record,
            int depth) {
    if (depth == kDeepest)
      user_error("function {} is called {} calls deep; functions must not call themselves",
                 in_quotes(function.name()), kDeepest);
    if (++calls_ > kMostNodes)
      user_error("the model calls functions more than {} times; simplify it", kMostNodes);
    if (call.input_size() > function.input_size() || call.output_size() > function.output_size())
      user_error("function {} is called with {} inputs and {} outputs, and has {} and {}",
                 in_quotes(function.name()), call.input_size(), call.output_size(),
                 function.input_size(), function.output_size());
    std::map<std::string, std::string> names{{"", ""}};
    for (int i = 0; i < function.input_size(); ++i)
      names[function.input(i)] = i < call.input_size() ? call.input(i) : "";
    for (int i = 0; i < call.output_size(); ++i) {
      if (!call.output(i).empty()) names[function.output(i)] = call.output(i);
    }
    // An output that is an input is handed through.
    for (int i = 0; i < call.output_size(); ++i) {
      for (int j = 0; j < function.input_size(); ++j) {
        if (function.output(i) == function.input(j))
          user_error("function {} gives its input {} back as an output; put an Identity between",
                     in_quotes(function.name()), in_quotes(function.input(j)));
      }
    }
    const Opsets opsets = read_opsets(function.opset_import());
    for (const auto& inner : function.node()) {
      ::onnx::NodeProto node = inner;
      node.set_name(call.name().empty() ? inner.name() : call.name() + "/" + inner.name());
      for (auto& input : *node.mutable_input()) input = renamed(names, input);
      for (auto& output : *node.mutable_output()) output = renamed(names, output);
      fill_attributes(node, call, function);
      add(node, opsets, record, depth + 1);
    }
  }

  const std::string& renamed(std::map<std::string, std::string>& names, const std::string& name) {
    const auto [entry, is_new] = names.emplace(name, "");
    if (is_new) {
      do {
        entry->second = fmt::format("{}#{}", name, ++counter_);
      } while (!taken_.insert(entry->second).second);
    }
    return entry->second;
  }

  // Attributes that stand for one of the call's; one that was not given and has no default is left
  // out.
  static void fill_attributes(::onnx::NodeProto& node, const ::onnx::NodeProto& call,
                              const ::onnx::FunctionProto& function) {
    ::onnx::NodeProto filled = node;
    filled.clear_attribute();
    for (const auto& attribute : node.attribute()) {
      if (attribute.ref_attr_name().empty()) {
        *filled.add_attribute() = attribute;
        continue;
      }
      const auto* given = find(call.attribute(), attribute.ref_attr_name());
      if (given == nullptr) given = find(function.attribute_proto(), attribute.ref_attr_name());
      if (given == nullptr) continue;
      auto* added = filled.add_attribute();
      *added = *given;
      added->set_name(attribute.name());
    }
    node = std::move(filled);
  }

  static const ::onnx::AttributeProto* find(
      const ::google::protobuf::RepeatedPtrField<::onnx::AttributeProto>& attributes,
      const std::string& name) {
    for (const auto& attribute : attributes) {
      if (attribute.name() == name) return &attribute;
    }
    return nullptr;
  }

  const ::onnx::ModelProto& model_;
  std::map<Key, const ::onnx::FunctionProto*> functions_;
  std::set<std::string> taken_;
  std::vector<Placed> placed_;
  std::int64_t counter_ = 0;
  std::size_t calls_ = 0;
};

}  // namespace

std::string plain_domain(const std::string& domain) {
  return domain == "ai.onnx" ? "" : domain;
}

Opsets read_opsets(
    const ::google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto>& imports) {
  Opsets opsets;
  for (const auto& entry : imports) opsets[plain_domain(entry.domain())] = entry.version();
  return opsets;
}

std::vector<Placed> inline_functions(const ::onnx::ModelProto& model) {
  return Inliner(model).run();
}

}  // namespace qfx::imports
