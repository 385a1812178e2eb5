#include "report/hardware.h"

namespace qfx::report {
namespace {

Json resources_json(const Json& object) {
  return pick_numbers(
      object, {"luts", "memory_luts", "registers", "dsps", "brams", "urams", "multipliers", "adders", "cycles", "ecp5_mhz"});
}

}  // namespace

Json hardware_json(const Json& estimate) {
  const Json* engines = field(estimate, "engines");
  const Json *rest = field(estimate, "rest"), *total = field(estimate, "total");
  if (engines == nullptr || !engines->is_array() || rest == nullptr || total == nullptr)
    return nullptr;
  Json out = pick_numbers(estimate,
                          {"clock_ns", "interval_cycles", "latency_cycles", "images_per_second"});
  out["source"] = text(estimate, "source").value_or("?");
  const Json* error = field(estimate, "error");
  const Json* luts = error == nullptr ? nullptr : field(*error, "luts");
  out["error"] = luts == nullptr ? Json() : pick_numbers(*luts, {"median", "ninetieth"});
  const Json* clocks = field(estimate, "clock_check");
  out["clock_source"] = clocks == nullptr ? Json() : or_null(text(*clocks, "source"));
  out["ecp5_mhz"] = clocks == nullptr ? Json() : pick_numbers(*clocks, {"ecp5_mhz"})["ecp5_mhz"];
  out["engines"] = Json::array();
  for (const Json& engine : *engines) {
    Json one = resources_json(engine);
    one["name"] = text(engine, "name").value_or("?");
    out["engines"].push_back(std::move(one));
  }
  out["rest"] = resources_json(*rest);
  out["total"] = resources_json(*total);
  return out;
}

}  // namespace qfx::report
