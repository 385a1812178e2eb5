#include "qfx/estimate/estimate.h"

#include <algorithm>
#include <map>

#include "estimate/cache.h"
#include "estimate/clocks.h"
#include "estimate/facts.h"
#include "estimate/nextpnr.h"
#include "estimate/units.h"
#include "estimate/yosys.h"

#include "qfx/backends/engine_modules.h"
#include "qfx/graph/file.h"

namespace qfx::estimate {
namespace {

using backends::Files;
using circuit::Circuit;
using circuit::Engine;

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
                              .kind = std::string(circuit::kind_of(circuit.engines[i].part)),
                              .cycles = steps_of(circuit.engines[i]),
                              .multipliers = circuit::multipliers_of(
                                  circuit, static_cast<circuit::EngineId>(i))});
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

const EngineEstimate* Estimate::slowest_clocked() const {
  const EngineEstimate* slowest = nullptr;
  for (const EngineEstimate& engine : engines)
    if (engine.clock && engine.clock->mhz > 0 &&
        (slowest == nullptr || engine.clock->mhz < slowest->clock->mhz))
      slowest = &engine;
  return slowest;
}

Estimate estimate(const Circuit& circuit, const std::string& top, const Files& project,
                  const Options& options) {
  Estimate result = facts_of(circuit, top, options.clock_period_ns);
  const Yosys yosys(project, options);
  result.source = yosys.version();
  std::optional<Nextpnr> nextpnr;  // that it is missing is said before anything is counted
  if (options.clock_check) nextpnr.emplace(options.should_stop);
  const Cache cache(options.cache_folder);
  std::vector<std::string> modules, keys;
  for (const EngineEstimate& engine : result.engines) modules.push_back(engine.module);
  const std::vector<Unit> units = units_of(circuit, modules, project);
  for (const Unit& unit : units) keys.push_back(key_of(unit, yosys.version()));

  std::map<std::string, Resources> found;  // by key
  std::vector<Unit> open;
  std::vector<std::string> open_keys;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const auto known = cache.find(keys[i]);
    if (known) found[keys[i]] = *known;
    if (known || std::ranges::find(open_keys, keys[i]) != open_keys.end()) continue;
    open.push_back(units[i]);
    open_keys.push_back(keys[i]);
  }
  std::size_t done = 0;
  yosys.count(open, [&](std::size_t i, const Resources& resources) {
    found[open_keys[i]] = resources;
    cache.keep(open_keys[i], resources);
    if (options.on_progress) options.on_progress(++done, open.size());
  });
  for (std::size_t i = 0; i < result.engines.size(); ++i)
    result.engines[i].resources = found.at(keys[i]);
  result.rest = found.at(keys.back());
  if (nextpnr) check_clocks(result, units, yosys, *nextpnr, cache, options);
  return result;
}

}  // namespace qfx::estimate
