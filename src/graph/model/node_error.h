// What is wrong with a node, in a sentence that names it.
#pragma once

#include <fmt/format.h>
#include <utility>

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/op.h"

namespace qfx::graph {

template <class AnyNode, class... Args>
[[noreturn]] void node_error(const AnyNode& node, fmt::format_string<Args...> text,
                             Args&&... args) {
  user_error("node {} ({}): {}", in_quotes(node.name), kind_name(node.op),
             fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace qfx::graph
