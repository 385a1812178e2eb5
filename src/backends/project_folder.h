// An exported project's folder: written whole or not at all, and never over something else.
#pragma once

#include <filesystem>

#include "qfx/backends/target.h"

namespace qfx::backends {

// Raises UserError unless the folder does not exist, is empty, or holds an earlier export.
void check_project_folder(const std::filesystem::path& folder);

// Writes the files beside the folder and puts them in its place: what stands there is either the
// old project or the new one, whole.
void replace_project(const std::filesystem::path& folder, const Files& files);

}  // namespace qfx::backends
