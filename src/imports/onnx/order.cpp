#include "imports/onnx/order.h"

#include <functional>
#include <map>
#include <queue>
#include <utility>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::imports {
namespace {

// Of every value, which node makes it; -1: nobody, it is given.
std::map<std::string, int> makers_of(const Source& source) {
  std::map<std::string, int> makers;
  for (const SourceInput& input : source.inputs) {
    if (!makers.emplace(input.name, -1).second)
      user_error("the model has two inputs {}; rename one of them", in_quotes(input.name));
  }
  for (const auto& [name, unused] : source.constants) makers.emplace(name, -1);
  for (std::size_t i = 0; i < source.nodes.size(); ++i) {
    for (const std::string& output : source.nodes[i].outputs) {
      if (!output.empty() && !makers.emplace(output, static_cast<int>(i)).second)
        user_error("{} makes the value {}, and something else does too; a value has one maker",
                   called(source.nodes[i]), in_quotes(output));
    }
  }
  return makers;
}

}  // namespace

void order_nodes(Source& source) {
  const std::map<std::string, int> makers = makers_of(source);
  const auto maker = [&](const std::string& name, const std::string& reader) {
    const auto found = makers.find(name);
    if (found == makers.end())
      user_error("{} reads the value {}, which nothing makes; the file is incomplete", reader,
                 in_quotes(name));
    return found->second;
  };
  const std::size_t count = source.nodes.size();
  std::vector<int> waits(count, 0);
  std::vector<std::vector<int>> readers(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (const std::string& input : source.nodes[i].inputs) {
      if (input.empty()) continue;
      const int from = maker(input, called(source.nodes[i]));
      if (from < 0) continue;
      readers[from].push_back(static_cast<int>(i));
      ++waits[i];
    }
  }
  for (const std::string& output : source.outputs) maker(output, "the model's output");

  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (std::size_t i = 0; i < count; ++i) {
    if (waits[i] == 0) ready.push(static_cast<int>(i));
  }
  std::vector<Node> ordered;
  ordered.reserve(count);
  while (!ready.empty()) {
    const int next = ready.top();
    ready.pop();
    for (const int reader : readers[next]) {
      if (--waits[reader] == 0) ready.push(reader);
    }
    ordered.push_back(source.nodes[next]);
  }
  if (ordered.size() < count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (waits[i] > 0)
        user_error("{} is part of a circle of nodes, or behind one; a network has none",
                   called(source.nodes[i]));
    }
  }
  source.nodes = std::move(ordered);
}

}  // namespace qfx::imports
