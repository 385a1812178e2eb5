// What an estimate looks like, for programs and for people.
#include <algorithm>
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

// The table knows bits of adders, not how many adders they are: null, and not none.
OrderedJson describe(const Resources& resources, const Estimate& estimate) {
  OrderedJson json{{"luts", whole(resources.luts)},           {"memory_luts", whole(resources.memory_luts)},
          {"registers", whole(resources.registers)}, {"dsps", whole(resources.dsps)},
          {"brams", whole(resources.brams)},         {"urams", whole(resources.urams)},
          {"adders", whole(resources.adders)}};
  if (estimate.error) json["adders"] = nullptr;
  return json;
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
      "nine in ten\nare within: {}\nhow many adders there are only Yosys counts: leave --fast out\n",
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
          number(whole(resources.adders)),
          cycles};
}

std::string mhz_text(const EngineEstimate& engine) {
  return engine.clock && engine.clock->mhz > 0 ? fmt::format("{:.0f}", engine.clock->mhz) : "-";
}

// Whose clocks they are, and why some are not known.
std::string clocks_text(const Estimate& estimate) {
  std::string text = fmt::format(
      "clocks: ECP5 by {}, not Vivado's; each engine alone, between registers{}\n",
      estimate.clock_source, estimate.slowest_clocked() == nullptr ? "; none is known" : "");
  std::map<std::string, std::vector<std::string>> unknown;
  for (const EngineEstimate& engine : estimate.engines)
    if (engine.clock && engine.clock->mhz == 0) unknown[engine.clock->unknown].push_back(engine.name);
  for (const auto& [why, engines] : unknown)
    text += fmt::format("no clock, {}: {}\n", why, join(engines, ", "));
  return text;
}

// The clock of an engine, where clocks were checked: null, and why, where it is not known.
void describe(const std::optional<EngineClock>& clock, OrderedJson& engine) {
  if (!clock) return;
  if (clock->mhz > 0) {
    engine["ecp5_mhz"] = std::round(10 * clock->mhz) / 10;
  } else {
    engine["ecp5_mhz"] = nullptr;
    engine["ecp5_unknown"] = clock->unknown;
  }
}

OrderedJson describe_clocks(const Estimate& estimate) {
  OrderedJson json{{"source", estimate.clock_source}, {"ecp5_mhz", nullptr}, {"engine", nullptr}};
  if (const EngineEstimate* slowest = estimate.slowest_clocked()) {
    describe(slowest->clock, json);
    json["engine"] = slowest->name;
  }
  return json;
}

}  // namespace

std::string to_json(const Estimate& estimate) {
  OrderedJson engines = OrderedJson::array();
  for (const EngineEstimate& engine : estimate.engines) {
    OrderedJson one{{"name", engine.name}, {"module", engine.module}, {"kind", engine.kind}};
    one.update(describe(engine.resources, estimate));
    one["multipliers"] = engine.multipliers;
    one["cycles"] = engine.cycles;
    describe(engine.clock, one);
    engines.push_back(std::move(one));
  }
  OrderedJson total = describe(estimate.total(), estimate);
  total["multipliers"] = multipliers_in(estimate);
  OrderedJson json{{"version", 1},
                         {"model", estimate.checksum},
                         {"name", estimate.model},
                         {"source", estimate.source},
                         {"clock_ns", estimate.clock_period_ns},
                         {"engines", std::move(engines)},
                         {"rest", describe(estimate.rest, estimate)},
                         {"total", std::move(total)},
                         {"latency_cycles", estimate.cycles.latency},
                         {"interval_cycles", estimate.cycles.interval},
                         {"images_per_second", estimate.images_per_second()}};
  if (estimate.error) json["error"] = describe(*estimate.error);
  if (!estimate.clock_source.empty()) json["clock_check"] = describe_clocks(estimate);
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string to_text(const Estimate& estimate) {
  const bool has_clocks = !estimate.clock_source.empty();
  std::vector<std::string> titles{"engine", "LUT",  "LUT memory",  "FF",     "DSP",
                                  "BRAM18", "URAM", "multipliers", "adders", "cycles"};
  const auto adders = std::ranges::find(titles, "adders") - titles.begin();
  if (estimate.error) titles.erase(titles.begin() + adders);
  if (has_clocks) titles.emplace_back("ECP5 MHz");
  Table table = Table::headed(titles);
  const auto add = [&](std::vector<std::string> cells, const std::string& mhz) {
    if (estimate.error) cells.erase(cells.begin() + adders);
    if (has_clocks) cells.push_back(mhz);
    table.add_row(std::move(cells));
  };
  for (const EngineEstimate& engine : estimate.engines)
    add(row(engine.name, engine.resources, engine.multipliers, number(engine.cycles)),
        mhz_text(engine));
  add(row("FIFOs and ports", estimate.rest, 0, "-"), "-");
  table.add_rule();
  const EngineEstimate* slowest = estimate.slowest_clocked();
  add(row("total", estimate.total(), multipliers_in(estimate), number(estimate.cycles.interval)),
      slowest == nullptr ? "-" : mhz_text(*slowest));
  return table.to_string() +
         fmt::format(
             "resources: {}, no figure of Vivado's; cycles: exact, latency {}, an image every {}\n"
             "at {:g} ns: {} images a second\n",
             estimate.source, number(estimate.cycles.latency), number(estimate.cycles.interval),
             estimate.clock_period_ns, number(whole(estimate.images_per_second()))) +
         (estimate.error ? error_text(*estimate.error) : "") +
         (has_clocks ? clocks_text(estimate) : "");
}

}  // namespace qfx::estimate
