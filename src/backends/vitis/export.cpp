#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "backends/support.h"
#include "backends/vitis/plan.h"
#include "backends/vitis/print.h"
#include "backends/vitis/project.h"

#include "qfx/backends/vitis.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::backends {
namespace {

namespace fs = std::filesystem;
using vitis::Files;
using vitis::Plan;

void check_options(const VitisOptions& options) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' ||
           c == '/';
  };
  if (options.part.empty() || !std::ranges::all_of(options.part, plain))
    user_error(
        "the part is '{}'; allowed are letters, digits, '-', '_', '.' and '/', as in "
        "xczu3eg-sbva484-1-e",
        options.part);
  if (!std::isfinite(options.clock_period_ns) || options.clock_period_ns <= 0)
    user_error("the clock period is {} ns; it must be above 0", options.clock_period_ns);
}

// Golden vectors as text, a sample a line.
std::string golden_text(std::span<const std::int32_t> values, std::int64_t sample_size) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += std::to_string(values[i]);
    text += (static_cast<std::int64_t>(i) + 1) % sample_size == 0 ? '\n' : ' ';
  }
  return text;
}

void add_golden(const graph::FrozenModel& model, const VitisOptions& options, Files& files) {
  const std::int64_t in = graph::element_count(model.input().shape);
  const std::int64_t out = graph::element_count(model.output().shape);
  const auto inputs = std::ssize(options.golden_inputs),
             outputs = std::ssize(options.golden_outputs);
  if (inputs % in != 0 || outputs != inputs / in * out)
    user_error("golden vectors are {} inputs and {} outputs; a sample takes {} and gives {}",
               inputs, outputs, in, out);
  files["tb/data/golden_inputs.txt"] = golden_text(options.golden_inputs, in);
  files["tb/data/golden_outputs.txt"] = golden_text(options.golden_outputs, out);
}

// The support headers that `files` include, and those that these include; the vendor's own lie in a
// folder of their own.
void add_support(Files& files) {
  const fs::path layers = support_directory("hls"), vendor = layers / "vendor/ap";
  std::vector<std::string> contents;
  for (const auto& [path, content] : files) contents.push_back(content);
  const std::string mark = "#include \"qfx/";
  while (!contents.empty()) {
    const std::string content = std::move(contents.back());
    contents.pop_back();
    for (std::size_t at = content.find(mark); at != std::string::npos;
         at = content.find(mark, at + 1)) {
      const std::size_t begin = at + mark.size() - 4;  // "qfx/..."
      const std::string name = content.substr(begin, content.find('"', begin) - begin);
      if (!files.contains("firmware/" + name)) {
        const fs::path& directory = fs::exists(vendor / name) ? vendor : layers;
        files["firmware/" + name] = read_file(directory / name);
        contents.push_back(files["firmware/" + name]);
      }
    }
  }
}

Files print_all(const Plan& plan, const VitisOptions& options) {
  Files files;
  const std::string top = "firmware/" + plan.top;
  files[top + ".cpp"] = print_top(plan);
  files[top + ".h"] = print_top_header(plan);
  files["firmware/types.h"] = print_types(plan);
  for (graph::NodeId id = 0; id < std::ssize(plan.names); ++id) {
    if (vitis::has_parameters(plan.node(id).op))
      files["firmware/params/" + plan.names[id].value + ".h"] = print_parameters(plan, id);
  }
  files["tb/network.h"] = print_network(plan);
  files["tb/test_bench.cpp"] = print_test_bench(plan);
  files["tb/replay.cpp"] = print_replay(plan);
  add_support(files);
  add_golden(plan.model(), options, files);
  files["run_hls.tcl"] = print_tcl(plan, options);
  files["Makefile"] = print_makefile(plan);
  files["README.md"] = print_readme(plan, options);
  files[vitis::kMarkerFile] = print_marker(plan);
  return files;
}

void check_target(const fs::path& target) {
  if (!fs::exists(fs::symlink_status(target))) return;
  if (!fs::is_directory(target))
    user_error("'{}' exists and is not a folder; give another name", target.string());
  if (!fs::is_empty(target) && !fs::exists(target / vitis::kMarkerFile))
    user_error(
        "'{}' is neither empty nor an earlier export; give another folder, or empty it yourself",
        target.string());
}

// Plain, without a sync for each: what makes the project whole is the rename of its folder.
void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) user_error("cannot write '{}': is the disk full?", path.string());
}

// Writes the files beside the target and puts them in its place: what stands there is either the
// old project or the new one, whole.
void replace(const fs::path& target, const Files& files) {
  const fs::path parent = target.parent_path().empty() ? "." : target.parent_path();
  fs::create_directories(parent);
  const TemporaryDirectory staging(parent);
  const fs::path fresh = staging.path() / "project";
  for (const auto& [name, content] : files) write(fresh / name, content);
  if (fs::exists(target)) fs::rename(target, staging.path() / "old");
  fs::rename(fresh, target);
}

}  // namespace

void export_vitis(const graph::Analyzed& model, const std::string& directory,
                  const VitisOptions& options) {
  check_options(options);
  fs::path target = fs::path(directory).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();  // "DIR/"
  try {
    check_target(target);
    const Plan plan = vitis::make_plan(model, options.top);
    replace(target, print_all(plan, options));
  } catch (const fs::filesystem_error& error) {
    user_error("cannot write the project '{}': {}", directory, error.code().message());
  }
}

}  // namespace qfx::backends
