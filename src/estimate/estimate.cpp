#include "qfx/estimate/estimate.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "estimate/cache.h"
#include "estimate/facts.h"
#include "estimate/yosys.h"

#include "qfx/backends/engine_modules.h"
#include "qfx/base/error.h"
#include "qfx/graph/file.h"

namespace qfx::estimate {
namespace {

using backends::Files;
using circuit::Circuit;
using circuit::Engine;

struct EnginePort {
  std::string name;
  bool is_output = false;
  std::int64_t width = 1;
};

std::vector<EnginePort> ports_of(const Circuit& circuit, const Engine& engine) {
  std::vector<EnginePort> ports{{"clk"}, {"rst"}};
  const auto add = [&](char side, std::size_t index, circuit::LinkId link) {
    const std::string begin = fmt::format("{}{}_", side, index);
    const bool gives = side == 'o';
    ports.push_back({begin + "valid", gives});
    ports.push_back({begin + "ready", !gives});
    ports.push_back({begin + "data", gives, circuit.links[static_cast<std::size_t>(link)].width()});
  };
  for (std::size_t i = 0; i < engine.inputs.size(); ++i) add('i', i, engine.inputs[i]);
  for (std::size_t i = 0; i < engine.outputs.size(); ++i) add('o', i, engine.outputs[i]);
  return ports;
}

// An instance between wires that must be kept, so that nothing of the engine is superfluous.
std::string instance_of(const std::string& module, std::size_t number,
                        const std::vector<EnginePort>& ports) {
  std::string wires, bindings;
  for (const EnginePort& port : ports) {
    const std::string wire = fmt::format("e{}_{}", number, port.name);
    wires += fmt::format("  (* keep *) wire [{}:0] {};\n", port.width - 1, wire);
    bindings += fmt::format("{}.{}({})", bindings.empty() ? "" : ", ", port.name, wire);
  }
  return fmt::format("{}  (* keep *) {} e{} ({});\n", wires, module, number, bindings);
}

// What it looks like from outside, and nothing inside.
std::string stand_in(const std::string& module, const std::vector<EnginePort>& ports) {
  std::string text;
  for (const EnginePort& port : ports)
    text += fmt::format("{}{} [{}:0] {}", text.empty() ? "" : ", ",
                        port.is_output ? "output" : "input", port.width - 1, port.name);
  return fmt::format("(* blackbox *)\nmodule {} ({});\nendmodule\n", module, text);
}

// The text of a module of the project and of its memories.
std::string text_of(const Files& project, const std::string& module) {
  std::string text = project.at("rtl/" + module + ".v");
  for (const auto& [path, content] : project)
    if (path.starts_with("mem/" + module)) text += path + content;
  return text;
}

// With the modules that are the engine's own, such as its graph of adders.
std::string engine_text(const Files& project, const std::string& module) {
  std::string text = text_of(project, module);
  for (const auto& [path, content] : project) {
    if (!path.starts_with("rtl/" + module + "_")) continue;
    const std::string own = path.substr(4, path.size() - 6);
    if (text.find(own + " ") != std::string::npos) text += path + content;
  }
  return text;
}

std::string support_text(const Files& project) {
  std::string text;
  for (const auto& [path, content] : project)
    if (path.starts_with("rtl/qfx_")) text += path + content;
  return text;
}

std::int64_t count_of(const std::string& text, std::string_view word) {
  std::int64_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

std::int64_t steps_of(const Engine& engine) {
  std::int64_t steps = 0;
  for (const circuit::Round& round : engine.behaviour.rounds) steps += round.count;
  return steps;
}

}  // namespace

Estimate facts_of(const Circuit& circuit, const std::string& top, double clock_period_ns) {
  const graph::FrozenModel& model = circuit.network.model();
  Estimate result{.model = model.name,
                  .checksum = graph::checksum_of(model),
                  .source = {},
                  .clock_period_ns = clock_period_ns,
                  .engines = {},
                  .rest = {},
                  .cycles = circuit::count_cycles(circuit)};
  const std::vector<std::string> modules = backends::engine_modules(circuit, top);
  for (std::size_t i = 0; i < circuit.engines.size(); ++i)
    result.engines.push_back({.name = circuit.engines[i].name,
                              .module = modules[i],
                              .resources = {},
                              .cycles = steps_of(circuit.engines[i])});
  return result;
}

Resources Estimate::total() const {
  Resources sum = rest;
  for (const EngineEstimate& engine : engines) sum += engine.resources;
  return sum;
}

double Estimate::images_per_second() const {
  return 1e9 / (clock_period_ns * static_cast<double>(cycles.interval));
}

Estimate estimate(const Circuit& circuit, const std::string& top, const Files& project,
                  const Options& options) {
  Estimate result = facts_of(circuit, top, options.clock_period_ns);
  const Yosys yosys(project, options);
  result.source = yosys.version();
  const Cache cache(options.cache_folder);
  const std::string support = support_text(project);

  std::vector<Unit> units;
  std::vector<std::string> keys;
  std::string stand_ins;
  for (std::size_t i = 0; i < circuit.engines.size(); ++i) {
    EngineEstimate& engine = result.engines[i];
    const std::string text = engine_text(project, engine.module);
    engine.adders = count_of(text, "qfx_adder #") + count_of(text, "qfx_adder3 #");
    const std::vector<EnginePort> ports = ports_of(circuit, circuit.engines[i]);
    units.push_back({engine.module, instance_of(engine.module, i, ports)});
    keys.push_back(Cache::key_of({yosys.version(), "engine 1", support, text}));
    stand_ins += stand_in(engine.module, ports);
  }
  const std::string& first = result.engines.front().module;
  const std::string name = first.substr(0, first.find("__"));
  units.push_back({name, stand_ins, true});
  keys.push_back(
      Cache::key_of({yosys.version(), "top 1", support, text_of(project, name), stand_ins}));

  std::vector<std::optional<Resources>> found;
  for (const std::string& key : keys) found.push_back(cache.find(key));
  const auto count = [&](const std::vector<std::size_t>& which, const std::string& family) {
    std::vector<Unit> chosen;
    for (const std::size_t i : which) chosen.push_back(units[i]);
    return which.empty() ? std::vector<Resources>() : yosys.count(chosen, family);
  };
  std::vector<std::size_t> open, with_dsps;
  for (std::size_t i = 0; i < units.size(); ++i)
    if (!found[i]) open.push_back(i);
  const std::vector<Resources> counted = count(open, "xcup");
  for (std::size_t i = 0; i < open.size(); ++i) {
    found[open[i]] = counted[i];
    if (counted[i].dsps > 0) with_dsps.push_back(open[i]);
  }
  // Yosys packs registers and accumulators into the DSPs of the 7 series alone: there they are not
  // counted twice. Memories stay those of UltraScale+.
  const std::vector<Resources> packed = count(with_dsps, "xc7");
  for (std::size_t i = 0; i < with_dsps.size(); ++i) {
    Resources& engine = *found[with_dsps[i]];
    engine.luts = packed[i].luts;
    engine.registers = packed[i].registers;
    engine.dsps = packed[i].dsps;
  }
  for (const std::size_t i : open) cache.keep(keys[i], *found[i]);
  for (std::size_t i = 0; i < result.engines.size(); ++i) result.engines[i].resources = *found[i];
  result.rest = *found.back();
  return result;
}

}  // namespace qfx::estimate
