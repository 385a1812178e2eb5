#include "qfx/backends/project.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "backends/names/identifiers.h"

#include "qfx/backends/export.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/circuit/rim.h"

namespace qfx::backends {
namespace {

constexpr int kMarkerVersion = 1;

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json to_json(const dataflow::Folding& folding) {
  ordered_json result = ordered_json::object();
  for (const auto& [name, fold] : folding) result[name] = {{"pe", fold.pe}, {"simd", fold.simd}};
  return result;
}

dataflow::Folding folding_from(const json& stored) {
  dataflow::Folding folding;
  for (const auto& [name, fold] : stored.items())
    folding[name] = {.pe = fold.at("pe"), .simd = fold.at("simd")};
  return folding;
}

ordered_json to_json(const Port& port) {
  return {{"lanes", port.lanes}, {"container", port.container}};
}

Port port_from(const json& stored, const std::string& name) {
  return {.name = name, .lanes = stored.at("lanes"), .container = stored.at("container")};
}

constexpr char kOnlyOutput[] = "m_axis";

// One stands by itself, several by their names.
ordered_json outputs_to_json(const std::vector<Port>& outputs) {
  ordered_json all = ordered_json::array();
  for (const Port& port : outputs) {
    all.push_back(to_json(port));
    all.back()["name"] = port.name;
  }
  return all;
}

std::vector<Port> outputs_from(const json& marker) {
  if (marker.contains("output")) return {port_from(marker.at("output"), kOnlyOutput)};
  std::vector<Port> outputs;
  for (const json& stored : marker.at("outputs"))
    outputs.push_back(port_from(stored, stored.at("name")));
  return outputs;
}

}  // namespace

std::int64_t Port::tdata_width() const {
  return circuit::port_bits(lanes, container);
}

std::vector<std::string> describe_nodes(const graph::FrozenModel& model) {
  std::vector<std::string> result;
  for (const graph::FrozenNode& node : model.nodes)
    result.push_back(fmt::format("{}: {} {} {}", node.name, kind_name(node.op),
                                 graph::to_string(node.shape), fixed::to_string(node.format)));
  for (std::size_t i = 0; i < model.outputs.size(); ++i)
    result[static_cast<std::size_t>(model.outputs[i])] += fmt::format(", output {}", i);
  return result;
}

std::string print_marker(const Project& project, const std::string& model) {
  ordered_json marker{{"generator", "qfx"},
                      {"target", project.target},
                      {"version", kMarkerVersion},
                      {"model", model},
                      {"top", project.top},
                      {"namespace", project.space},
                      {"clock_ns", project.clock_period_ns},
                      {"folding", to_json(project.folding)}};
  if (project.axi_bits > 0) marker["axi_bits"] = project.axi_bits;
  if (project.input.lanes > 0) {
    marker["input"] = to_json(project.input);
    if (project.outputs.size() == 1)
      marker["output"] = to_json(project.outputs[0]);
    else
      marker["outputs"] = outputs_to_json(project.outputs);
  }
  marker["nodes"] = project.nodes;
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
    const json marker = json::parse(text);
    if (marker.at("version") != kMarkerVersion)
      user_error("'{}' has version {}; this QFX reads projects of version {}", path.string(),
                 marker.at("version").dump(), kMarkerVersion);
    Project project{.directory = directory,
                    .target = marker.at("target"),
                    .top = marker.at("top"),
                    .space = marker.at("namespace"),
                    .nodes = marker.at("nodes"),
                    .clock_period_ns = marker.value("clock_ns", kDefaultClockPeriodNs),
                    .folding = folding_from(marker.value("folding", json::object())),
                    .axi_bits = marker.value("axi_bits", std::int64_t{0})};
    if (marker.contains("input")) {
      project.input = port_from(marker.at("input"), "s_axis");
      project.outputs = outputs_from(marker);
    }
    // They go into file names and code.
    std::vector<std::string> used{project.top, project.space};
    for (const Port& port : project.outputs) used.push_back(port.name);
    for (const std::string& name : used)
      if (!name.empty() && !names::is_identifier(name))
        user_error("'{}' names '{}', which is not an identifier; export again", path.string(),
                   name);
    return project;
  } catch (const json::exception& error) {
    user_error("'{}' is damaged ({}); export again", path.string(), error.what());
  }
}

}  // namespace qfx::backends
