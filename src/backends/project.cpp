#include "qfx/backends/project.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "backends/hls/identifiers.h"

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

std::string print_marker(const Project& project, const std::string& model) {
  const nlohmann::ordered_json marker{{"generator", "qfx"},        {"target", project.target},
                                      {"version", kMarkerVersion}, {"model", model},
                                      {"top", project.top},        {"namespace", project.space},
                                      {"nodes", project.nodes}};
  return marker.dump(2) + "\n";
}

Project read_project(const std::string& directory) {
  const auto path = std::filesystem::path(directory) / kMarkerFile;
  if (!path_exists(path))
    user_error(
        "'{}' is not an exported project: it has no {}; give a folder that `qfx export` wrote",
        directory, kMarkerFile);
  const std::string text = read_file(path);
  try {
    const nlohmann::json marker = nlohmann::json::parse(text);
    if (marker.at("version") != kMarkerVersion)
      user_error("'{}' has version {}; this QFX reads projects of version {}", path.string(),
                 marker.at("version").dump(), kMarkerVersion);
    Project project{directory, marker.at("target"), marker.at("top"), marker.at("namespace"),
                    marker.at("nodes")};
    // They go into file names and code.
    for (const std::string& name : {project.top, project.space})
      if (!hls::is_identifier(name))
        user_error("'{}' names '{}', which is not an identifier; export again", path.string(),
                   name);
    return project;
  } catch (const nlohmann::json::exception& error) {
    user_error("'{}' is damaged ({}); export again", path.string(), error.what());
  }
}

}  // namespace qfx::backends
