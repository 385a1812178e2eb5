// The four accuracies that must meet, and the result of `qfx verify`.
#pragma once

#include <optional>
#include <string>

#include "report/json.h"

namespace qfx::report {

// Accuracies as fractions 0 to 1; where the network's task has another measure, its values.
struct Accuracies {
  std::optional<double> floating;  // the float run
  std::optional<double> ptq;       // calibrated, before training in fixed point
  std::optional<double> fixed;     // training's emulation of the frozen formats
  std::optional<double> integer;   // the integer runtime
  std::optional<double> hls;       // the exported code
};

Accuracies read_accuracies(const Json& summary, const Json& verify);

// "vitis: 0 of 10000 images differ (0 of 100000 values)", a line per target; empty where
// verify.json holds no result.
std::string verify_lines(const Json& verify);

// Every field of verify.json with its type, null where missing; null where there is no result. Of
// several targets it tells of the first that differs, else of the first, and names all in
// `targets`. comparable: its accuracies are of the images that training's are.
Json verify_json(const Json& verify, bool comparable);

}  // namespace qfx::report
