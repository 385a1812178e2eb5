// The content of a .qfx or .graph file, apart from the file: what save writes and load reads.
#pragma once

#include <string>
#include <string_view>

#include "qfx/graph/graph.h"

namespace qfx::graph {

std::string content_of(const FrozenModel& model);
std::string content_of(const Model& model);

// `what` names the file in errors.
FrozenModel frozen_from_content(std::string_view content, const std::string& what);
Model model_from_content(std::string_view content, const std::string& what);

}  // namespace qfx::graph
