#include "imports/operators/quantizer.h"
#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

// [N, ..., C] as [N, C, ...], and back.
std::vector<std::int64_t> to_first(std::size_t rank) {
  std::vector<std::int64_t> order{0, static_cast<std::int64_t>(rank) - 1};
  for (std::size_t i = 1; i + 1 < rank; ++i) order.push_back(static_cast<std::int64_t>(i));
  return order;
}

std::vector<std::int64_t> to_last(std::size_t rank) {
  std::vector<std::int64_t> order{0};
  for (std::size_t i = 2; i < rank; ++i) order.push_back(static_cast<std::int64_t>(i));
  order.push_back(1);
  return order;
}

std::optional<std::size_t> list_size(const Node& node, const std::string& name) {
  const auto found = node.attributes.find(name);
  const auto* list = found == node.attributes.end()
                         ? nullptr
                         : std::get_if<std::vector<std::int64_t>>(&found->second);
  return list == nullptr ? std::nullopt : std::optional(list->size());
}

// How many axes a value has, before shapes are known: a window's node says it, and what lies
// between two of them keeps it.
std::size_t rank_of(const Source& source, const Links& links, const Node& node) {
  const Node* at = &node;
  for (std::size_t steps = 0; steps <= source.nodes.size(); ++steps) {
    if (const auto window = list_size(*at, "kernel_shape")) return *window + 2;
    if (const auto axes = list_size(*at, "perm")) return *axes;
    if (at->inputs.empty()) break;
    const Node* before = links.maker(at->inputs[0]);
    if (before == nullptr) {
      for (const SourceInput& input : source.inputs) {
        if (input.name == at->inputs[0] && input.shape) return input.shape->size();
      }
      break;
    }
    at = before;
  }
  refuse(source, node, "how many axes its input has is not said by the nodes before it");
}

}  // namespace

bool is_channels_last(const Node& node) {
  return node.domain == kChannelsLastDomain &&
         (node.op == "Conv" || node.op == "MaxPool" || node.op == "BatchNormalization");
}

void put_channels_first(Source& source, Rewriter& rewriter, const Node& node) {
  const std::size_t rank = rank_of(source, rewriter.links(), node);
  if (rank < 3 || rank > 4)
    refuse(source, node, "its input has " + std::to_string(rank) + " axes; it may have 3 or 4");
  const auto turned = [&](const std::string& value) {
    const std::string result = new_name(source, value);
    Node turn = made(node, "Transpose", {value}, result);
    turn.attributes["perm"] = to_first(rank);
    rewriter.keep(std::move(turn));
    return result;
  };
  std::vector<std::string> inputs = node.inputs;
  inputs[0] = turned(inputs[0]);
  if (node.op == "Conv") inputs[1] = turned(inputs[1]);  // [out, ..., in] as the file has it
  const std::string result = new_name(source, node.outputs[0]);
  Node plain = made(node, node.op, std::move(inputs), result);
  plain.attributes = node.attributes;
  rewriter.keep(std::move(plain));
  Node back = made(node, "Transpose", {result}, node.outputs[0]);
  back.attributes["perm"] = to_last(rank);
  rewriter.keep(std::move(back));
}

}  // namespace qfx::imports
