#include "estimate/units.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <set>
#include <string_view>

#include "estimate/cache.h"
#include "estimate/engine_ports.h"

#include "qfx/circuit/plan.h"

namespace qfx::estimate {
namespace {

using backends::Files;
using circuit::Circuit;

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

// A text, and the modules of support/verilog that it needs, which need others.
std::string with_support(const Files& project, const std::string& text) {
  std::string all = text;
  std::set<std::string> known;
  for (std::size_t at = all.find("qfx_"); at != std::string::npos; at = all.find("qfx_", at + 1)) {
    std::size_t end = at;
    while (end < all.size() && (std::isalnum(static_cast<unsigned char>(all[end])) != 0 ||
                                all[end] == '_'))
      ++end;
    const std::string path = "rtl/" + all.substr(at, end - at) + ".v";
    const auto found = project.find(path);
    if (found != project.end() && known.insert(path).second) all += path + found->second;
  }
  return all;
}

// Every engine is called the same where its content is looked up: one of another network, or
// another one of this network, is counted once.
std::string without_name(std::string text, const std::string& module) {
  for (std::size_t at = text.find(module); at != std::string::npos; at = text.find(module, at))
    text.replace(at, module.size(), "e");
  return text;
}

bool may_multiply(const std::string& text) {
  return std::ranges::any_of(
      std::array{" * ", "qfx_multiply ", "qfx_step_sum "},
      [&](std::string_view module) { return text.find(module) != std::string::npos; });
}

double weight_of(const Circuit& circuit, circuit::EngineId id) {
  const circuit::Resources table = circuit::resources_of(circuit, id);
  return 100 + table.luts + 30 * table.dsps + table.registers / 4;
}

}  // namespace

std::vector<Unit> units_of(const Circuit& circuit, const std::vector<std::string>& modules,
                           const Files& project) {
  std::vector<Unit> units;
  std::string stand_ins;
  for (std::size_t i = 0; i < circuit.engines.size(); ++i) {
    const std::string& module = modules[i];
    const std::string text = engine_text(project, module);
    const std::vector<EnginePort> ports = ports_of(circuit, circuit.engines[i]);
    units.push_back({.module = module,
                     .wrapper = between_wires(module, ports),
                     .clock_wrapper = between_registers(kClockTop, module, ports),
                     .content = with_support(project, without_name(text, module)),
                     .weight = weight_of(circuit, static_cast<circuit::EngineId>(i)),
                     .multiplies = may_multiply(text)});
    stand_ins += stand_in(module, ports);
  }
  const std::string top = modules.front().substr(0, modules.front().find("__"));
  units.push_back({.module = top,
                   .wrapper = stand_ins,
                   .content = with_support(project, text_of(project, top) + stand_ins),
                   .is_top = true,
                   .weight = 20 * static_cast<double>(circuit.links.size())});
  return units;
}

std::string key_of(const Unit& unit, const std::string& version) {
  return Cache::key_of({version, unit.is_top ? "top 2" : "engine 2", unit.content});
}

}  // namespace qfx::estimate
