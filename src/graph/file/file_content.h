// The content of a .qfx or .graph file, apart from the file: what save writes and load reads.
#pragma once

#include <string>
#include <string_view>

#include "qfx/graph/analyzed.h"
#include "qfx/graph/graph.h"

namespace qfx::graph {

std::string content_of(const FrozenModel& model);
std::string content_of(const Model& model);

// `file_name` names the file in errors.
FrozenModel frozen_from_content(std::string_view content, const std::string& file_name);
Analyzed analyzed_from_content(std::string_view content, const std::string& file_name);
Model model_from_content(std::string_view content, const std::string& file_name);

}  // namespace qfx::graph
