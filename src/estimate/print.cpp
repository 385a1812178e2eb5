// What an estimate looks like, for programs and for people.
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

#include "qfx/base/table.h"
#include "qfx/base/text.h"
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
          {"brams", whole(resources.brams)},         {"urams", whole(resources.urams)},
          {"adders", whole(resources.adders)}};
}

std::vector<std::pair<std::string, circuit::TableError>> named(const circuit::TableErrors& errors) {
  return {{"luts", errors.luts},
          {"memory_luts", errors.memory_luts},
          {"registers", errors.registers},
          {"dsps", errors.dsps},
          {"brams", errors.brams}};
}

std::string title_of(const std::string& name) {
  static const std::map<std::string, std::string> kTitles{{"luts", "LUT"},
                                                          {"memory_luts", "LUT memory"},
                                                          {"registers", "FF"},
                                                          {"dsps", "DSP"},
                                                          {"brams", "BRAM18"}};
  return kTitles.at(name);
}

OrderedJson describe(const circuit::TableErrors& errors) {
  OrderedJson json{{"engines", errors.engines}};
  for (const auto& [name, error] : named(errors))
    json[name] = {{"median", error.median}, {"ninetieth", error.ninetieth}};
  return json;
}

std::int64_t multipliers_in(const Estimate& estimate) {
  std::int64_t count = 0;
  for (const EngineEstimate& engine : estimate.engines) count += engine.multipliers;
  return count;
}

// "half of 120 engines ... within 4 % of Yosys' LUTs, nine in ten within 12 %; FF 3 and 9 %, ..."
std::string error_text(const circuit::TableErrors& errors) {
  std::vector<std::string> parts;
  for (const auto& [name, error] : named(errors))
    parts.push_back(fmt::format("{} {:.0f} and {:.0f} %", title_of(name), 100 * error.median,
                                100 * error.ninetieth));
  return fmt::format(
      "the table's error, on {} engines that it was not fitted to, against Yosys: half of them and "
      "nine in ten\nare within: {}\n",
      errors.engines, join(parts, ", "));
}

std::string number(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::vector<std::string> row(const std::string& name, const Resources& resources,
                             std::int64_t multipliers, const std::string& cycles) {
  return {name,
          number(whole(resources.luts)),
          number(whole(resources.memory_luts)),
          number(whole(resources.registers)),
          number(whole(resources.dsps)),
          number(whole(resources.brams)),
          number(whole(resources.urams)),
          number(multipliers),
          resources.adders > 0 ? number(whole(resources.adders)) : "-",
          cycles};
}

}  // namespace

std::string to_json(const Estimate& estimate) {
  OrderedJson engines = OrderedJson::array();
  for (const EngineEstimate& engine : estimate.engines) {
    OrderedJson one{{"name", engine.name}, {"module", engine.module}, {"kind", engine.kind}};
    one.update(describe(engine.resources));
    one["multipliers"] = engine.multipliers;
    one["cycles"] = engine.cycles;
    engines.push_back(std::move(one));
  }
  OrderedJson total = describe(estimate.total());
  total["multipliers"] = multipliers_in(estimate);
  OrderedJson json{{"version", 1},
                         {"model", estimate.checksum},
                         {"name", estimate.model},
                         {"source", estimate.source},
                         {"clock_ns", estimate.clock_period_ns},
                         {"engines", std::move(engines)},
                         {"rest", describe(estimate.rest)},
                         {"total", std::move(total)},
                         {"latency_cycles", estimate.cycles.latency},
                         {"interval_cycles", estimate.cycles.interval},
                         {"images_per_second", estimate.images_per_second()}};
  if (estimate.error) json["error"] = describe(*estimate.error);
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string to_text(const Estimate& estimate) {
  Table table = Table::headed(
      {"engine", "LUT", "LUT memory", "FF", "DSP", "BRAM18", "URAM",
                               "multipliers", "adders", "cycles"});
  for (const EngineEstimate& engine : estimate.engines)
    table.add_row(
        row(engine.name, engine.resources, engine.multipliers, number(engine.cycles)));
  table.add_row(row("FIFOs and ports", estimate.rest, 0, "-"));
  table.add_rule();
  table.add_row(row("total", estimate.total(), multipliers_in(estimate), number(estimate.cycles.interval)));
  return table.to_string() +
         fmt::format(
             "resources: {}, no figure of Vivado's; cycles: exact, latency {}, an image every {}\n"
             "at {:g} ns: {} images a second\n",
             estimate.source, number(estimate.cycles.latency), number(estimate.cycles.interval),
             estimate.clock_period_ns, number(whole(estimate.images_per_second()))) +
         (estimate.error ? error_text(*estimate.error) : "");
}

}  // namespace qfx::estimate
