// What an estimate looks like, for programs and for people.
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "qfx/base/table.h"
#include "qfx/estimate/estimate.h"

namespace qfx::estimate {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::int64_t whole(double number) {
  return std::llround(number);
}

OrderedJson describe(const Resources& resources) {
  return {{"luts", whole(resources.luts)},           {"memory_luts", whole(resources.memory_luts)},
          {"registers", whole(resources.registers)}, {"dsps", whole(resources.dsps)},
          {"brams", whole(resources.brams)},         {"urams", whole(resources.urams)}};
}

std::string number(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::vector<std::string> row(const std::string& name, const Resources& resources,
                             const std::string& adders, const std::string& cycles) {
  return {name,
          number(whole(resources.luts)),
          number(whole(resources.memory_luts)),
          number(whole(resources.registers)),
          number(whole(resources.dsps)),
          number(whole(resources.brams)),
          number(whole(resources.urams)),
          adders,
          cycles};
}

}  // namespace

std::string to_json(const Estimate& estimate) {
  OrderedJson engines = OrderedJson::array();
  for (const EngineEstimate& engine : estimate.engines) {
    OrderedJson one{{"name", engine.name}, {"module", engine.module}};
    one.update(describe(engine.resources));
    one["adders"] = engine.adders;
    one["cycles"] = engine.cycles;
    engines.push_back(std::move(one));
  }
  const OrderedJson json{{"version", 1},
                         {"model", estimate.checksum},
                         {"name", estimate.model},
                         {"source", estimate.source},
                         {"clock_ns", estimate.clock_period_ns},
                         {"engines", std::move(engines)},
                         {"rest", describe(estimate.rest)},
                         {"total", describe(estimate.total())},
                         {"latency_cycles", estimate.cycles.latency},
                         {"interval_cycles", estimate.cycles.interval},
                         {"images_per_second", estimate.images_per_second()}};
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string to_text(const Estimate& estimate) {
  Table table = Table::headed(
      {"engine", "LUT", "LUT memory", "FF", "DSP", "BRAM18", "URAM", "adders", "cycles"});
  std::int64_t adders = 0;
  for (const EngineEstimate& engine : estimate.engines) {
    adders += engine.adders;
    table.add_row(row(engine.name, engine.resources,
                      engine.adders > 0 ? number(engine.adders) : "-", number(engine.cycles)));
  }
  table.add_row(row("FIFOs and ports", estimate.rest, "-", "-"));
  table.add_rule();
  table.add_row(row("total", estimate.total(), adders > 0 ? number(adders) : "-",
                    number(estimate.cycles.interval)));
  return table.to_string() +
         fmt::format(
             "resources: {}, no figure of Vivado's; cycles: exact, latency {}, an image every {}\n"
             "at {:g} ns: {} images a second\n",
             estimate.source, number(estimate.cycles.latency), number(estimate.cycles.interval),
             estimate.clock_period_ns, number(whole(estimate.images_per_second())));
}

}  // namespace qfx::estimate
