#include "qfx/imports/source.h"

#include <fmt/format.h>

#include "qfx/base/text.h"

namespace qfx::imports {

namespace {

constexpr char kNew = '\x01';

}  // namespace

std::string new_name(Source& source, const std::string& like) {
  return fmt::format("{}{}{}", like.substr(0, like.find(kNew)), kNew, ++source.new_names);
}

bool is_new_name(const std::string& name) {
  return name.find(kNew) != name.npos;
}

std::string called(const Node& node) {
  if (!node.name.empty()) return fmt::format("node {} ({})", in_quotes(node.name), node.op);
  for (const std::string& output : node.outputs) {
    if (!output.empty())
      return fmt::format("the node that makes {} ({})", in_quotes(output), node.op);
  }
  return fmt::format("a node without a name ({})", node.op);
}

}  // namespace qfx::imports
