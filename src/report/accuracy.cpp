#include "report/accuracy.h"

#include <fmt/format.h>

namespace qfx::report {

Accuracies read_accuracies(const Json& summary, const Json& verify) {
  return {number(summary, "float_accuracy"), number(summary, "ptq_accuracy"),
          number(summary, "fixed_accuracy"), number(verify, "runtime_accuracy"),
          number(verify, "accuracy")};
}

std::string verify_line(const Json& verify) {
  const auto images = number(verify, "images"), values = number(verify, "values");
  const auto images_differ = number(verify, "images_differ"),
             values_differ = number(verify, "values_differ");
  if (!images || !values || !images_differ || !values_differ) return "";
  return fmt::format("{}: {:.0f} of {:.0f} images differ ({:.0f} of {:.0f} values)",
                     text(verify, "target").value_or("hls"), *images_differ, *images,
                     *values_differ, *values);
}

Json verify_json(const Json& verify, bool comparable) {
  if (verify_line(verify).empty()) return nullptr;
  Json out = pick_numbers(
      verify, {"images", "values", "images_differ", "values_differ", "correct", "accuracy",
               "runtime_accuracy", "build_seconds", "run_seconds", "limit"});
  out["comparable"] = comparable;
  out["target"] = text(verify, "target").value_or("hls");
  out["command"] = or_null(text(verify, "command"));
  out["line"] = verify_line(verify);
  out["first"] = nullptr;
  if (const Json* first = field(verify, "first"); first && first->is_object()) {
    out["first"] = pick_numbers(*first, {"image", "expected", "actual", "frac_bits"});
    out["first"]["layer"] = text(*first, "layer").value_or("?");
    out["first"]["index"] = numbers(*first, "index");
  }
  return out;
}

}  // namespace qfx::report
