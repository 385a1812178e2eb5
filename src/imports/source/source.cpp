#include "qfx/imports/source.h"

#include <fmt/format.h>

#include "qfx/base/text.h"

namespace qfx::imports {

std::string called(const Node& node) {
  if (!node.name.empty()) return fmt::format("node {} ({})", in_quotes(node.name), node.op);
  for (const std::string& output : node.outputs) {
    if (!output.empty())
      return fmt::format("the node that makes {} ({})", in_quotes(output), node.op);
  }
  return fmt::format("a node without a name ({})", node.op);
}

}  // namespace qfx::imports
