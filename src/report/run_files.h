// What a run folder holds, as far as it can be read (docs/run_folder.md).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/json.h"

namespace qfx::report {

struct RunFiles {
  std::vector<Json> log;  // the events, in order
  // Null where missing; verify and estimate also where they are about another model.
  Json summary, verify, estimate;
  std::optional<std::string> recipe;
  std::optional<std::filesystem::path> model;
  std::vector<std::string> notes;  // sentences about what could not be read
  std::string written;             // when the newest of the files was, "2026-11-24 03:16 UTC"
};

// The events of a log. A line that is no JSON object is left out with a note; half a last line is
// what a run that is still going on, or was killed, leaves.
std::vector<Json> parse_log(std::string_view text, std::vector<std::string>& notes);

// Raises UserError if the folder does not exist or holds none of a run's files.
RunFiles read_run_folder(const std::filesystem::path& folder);

// Whether verify's accuracies are of the images that training's are: of the same data, all of them.
bool verify_has_trainings_images(const RunFiles& run);

// "2026-11-24 03:16 UTC"; empty where the file's time cannot be read.
std::string written_time(const std::filesystem::path& file);

}  // namespace qfx::report
