#include "report/run_files.h"

#include <algorithm>
#include <chrono>
#include <fmt/chrono.h>

#include "report/commands.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/store/safetensors.h"

namespace qfx::report {
namespace {

namespace fs = std::filesystem;

// Some writers print NaN and Infinity bare, which JSON does not know. Outside strings they become
// null.
std::string without_nan(std::string_view line) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i];
    if (in_string) {
      if (c == '\\' && i + 1 < line.size()) out += line[i++];
      out += line[i];
      if (c == '"') in_string = false;
      ++i;
      continue;
    }
    std::size_t skipped = 0;
    for (const std::string_view word :
         {"-Infinity", "Infinity", "-NaN", "NaN", "-nan", "nan", "-inf", "inf"}) {
      if (line.substr(i, word.size()) == word) {
        skipped = word.size();
        break;
      }
    }
    if (skipped > 0) {
      out += "null";
      i += skipped;
      continue;
    }
    in_string = c == '"';
    out += c;
    ++i;
  }
  return out;
}

Json parse_object(std::string_view text) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) value = Json::parse(without_nan(text), nullptr, false);
  return value.is_object() ? value : Json(nullptr);
}

std::string read_if_there(const fs::path& path, std::vector<std::string>& notes) {
  if (!path_exists(path)) return "";
  try {
    return read_file(path);
  } catch (const UserError& error) {
    notes.push_back(error.what());
    return "";
  }
}

Json read_object(const fs::path& path, std::vector<std::string>& notes) {
  const std::string content = read_if_there(path, notes);
  if (content.empty()) return nullptr;
  Json value = parse_object(content);
  if (value.is_null())
    notes.push_back(
        fmt::format("{} is not a JSON object; it is left out", path.filename().string()));
  return value;
}

// A damaged model is judged where it is read.
bool is_about_another_model(const RunFiles& run, const Json& file) {
  const std::optional<std::string> verified = text(file, "model");
  if (!verified || !run.model) return false;
  try {
    const std::string path = run.model->string();
    return store::seal_of(store::parse_safetensors(read_file(path), path)) != *verified;
  } catch (const UserError&) {
    return true;
  }
}

}  // namespace

std::vector<Json> parse_log(std::string_view text, std::vector<std::string>& notes) {
  std::vector<Json> events;
  std::size_t line_number = 0;
  while (!text.empty()) {
    ++line_number;
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const bool is_whole = end != std::string_view::npos;
    text.remove_prefix(is_whole ? end + 1 : text.size());
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    Json event = parse_object(line);
    if (!event.is_null()) {
      events.push_back(std::move(event));
    } else if (is_whole) {
      notes.push_back(
          fmt::format("log.jsonl: line {} is not a JSON object; it is left out", line_number));
    } else {
      notes.push_back(
          fmt::format("log.jsonl: line {}, the last, is only half written; it is left out. The run "
                      "is still going on, or was stopped",
                      line_number));
    }
  }
  return events;
}

std::string written_time(const fs::path& file) {
  std::error_code error;
  const auto time = fs::last_write_time(file, error);
  if (error) return "";
  const auto system =
      std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::file_clock::to_sys(time));
  return fmt::format("{:%Y-%m-%d %H:%M} UTC",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(system)));
}

RunFiles read_run_folder(const fs::path& folder) {
  if (!is_folder(folder))
    user_error("{} is not a folder; give the run folder that qfx train or qfx ptq wrote",
               folder.string());
  RunFiles run;
  bool is_run = false;
  for (const char* name :
       {"log.jsonl", "summary.json", "verify.json", "recipe.toml", "model.qfx", "estimate.json"}) {
    if (!path_exists(folder / name)) continue;
    is_run = true;
    run.written = std::max(run.written, written_time(folder / name));
  }
  if (!is_run)
    user_error(
        "{} holds none of a run's files (log.jsonl, summary.json, verify.json, recipe.toml, "
        "model.qfx); give the folder that qfx train or qfx ptq wrote",
        folder.string());
  run.log = parse_log(read_if_there(folder / "log.jsonl", run.notes), run.notes);
  run.summary = read_object(folder / "summary.json", run.notes);
  run.verify = read_object(folder / "verify.json", run.notes);
  if (path_exists(folder / "recipe.toml"))
    run.recipe = read_if_there(folder / "recipe.toml", run.notes);
  if (path_exists(folder / "model.qfx")) run.model = folder / "model.qfx";
  run.estimate = read_object(folder / "estimate.json", run.notes);
  if (is_about_another_model(run, run.estimate)) {
    run.estimate = nullptr;
    run.notes.push_back(
        "estimate.json is about another model.qfx than this one; run qfx estimate again");
  }
  if (is_about_another_model(run, run.verify)) {
    run.verify = nullptr;
    run.notes.push_back(
        "verify.json is about another model.qfx than this one; run qfx verify again");
  }
  return run;
}

bool verify_has_trainings_images(const RunFiles& run) {
  const auto images = number(run.verify, "images");
  for (const Json& event : run.log) {
    if (text(event, "event") != "start") continue;
    const auto all = number(event, "test_images");
    if (all && images && *all != *images) return false;
  }
  const auto of_run = run.recipe ? data_source(*run.recipe) : std::nullopt;
  const auto of_verify = text(run.verify, "data");
  return !of_run || !of_verify || *of_run == *of_verify;
}

}  // namespace qfx::report
