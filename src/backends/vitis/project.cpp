#include "backends/vitis/project.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "backends/identifiers.h"

#include "qfx/backends/vitis_project.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::backends {
namespace {

constexpr int kMarkerVersion = 1;

}  // namespace

std::vector<std::string> describe_nodes(const graph::FrozenModel& model) {
  std::vector<std::string> result;
  for (const graph::FrozenNode& node : model.nodes)
    result.push_back(fmt::format("{}: {} {} {}", node.name, kind_name(node.op),
                                 graph::to_string(node.shape), fixed::to_string(node.format)));
  return result;
}

VitisProject read_vitis_project(const std::string& directory) {
  const auto path = std::filesystem::path(directory) / vitis::kMarkerFile;
  if (!std::filesystem::exists(path))
    user_error(
        "'{}' is not an exported Vitis project: it has no {}; give a folder that `qfx export "
        "--target vitis` wrote",
        directory, vitis::kMarkerFile);
  const std::string text = read_file(path);
  try {
    const nlohmann::json marker = nlohmann::json::parse(text);
    if (marker.at("target") != "vitis" || marker.at("version") != kMarkerVersion)
      user_error("'{}' is of target {}, version {}; this QFX reads vitis projects of version {}",
                 path.string(), marker.at("target").dump(), marker.at("version").dump(),
                 kMarkerVersion);
    VitisProject project{directory, marker.at("top"), marker.at("namespace"), marker.at("nodes")};
    // They go into file names and code.
    for (const std::string& name : {project.top, project.space})
      if (!is_identifier(name))
        user_error("'{}' names '{}', which is not an identifier; export again", path.string(),
                   name);
    return project;
  } catch (const nlohmann::json::exception& error) {
    user_error("'{}' is damaged ({}); export again", path.string(), error.what());
  }
}

namespace vitis {

std::string print_marker(const Plan& plan) {
  const nlohmann::ordered_json marker{{"generator", "qfx"},
                                      {"target", "vitis"},
                                      {"version", kMarkerVersion},
                                      {"model", plan.model().name},
                                      {"top", plan.top},
                                      {"namespace", plan.space},
                                      {"nodes", describe_nodes(plan.model())}};
  return marker.dump(2) + "\n";
}

}  // namespace vitis
}  // namespace qfx::backends
