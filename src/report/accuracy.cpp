#include "report/accuracy.h"

#include <fmt/format.h>
#include <vector>

namespace qfx::report {

namespace {

// An object per target that was verified, each with what all targets share.
std::vector<Json> targets_of(const Json& verify) {
  const Json* list = field(verify, "targets");
  if (list == nullptr || !list->is_array()) return {verify};
  std::vector<Json> targets;
  for (const Json& entry : *list) {
    if (!entry.is_object()) continue;
    Json& target = targets.emplace_back(verify);
    target.erase("targets");
    target.update(entry);
  }
  return targets;
}

// The first target that differs, else the first.
Json shown_target(const Json& verify) {
  const std::vector<Json> targets = targets_of(verify);
  for (const Json& target : targets)
    if (number(target, "values_differ").value_or(0) > 0) return target;
  return targets.empty() ? Json(nullptr) : targets[0];
}

// Vitis was called hls in older files.
std::string target_name(const Json& target) {
  const std::string name = text(target, "target").value_or("vitis");
  return name == "hls" ? "vitis" : name;
}

// Empty where it is no result.
std::string target_line(const Json& target) {
  const auto images = number(target, "images"), values = number(target, "values");
  const auto images_differ = number(target, "images_differ"),
             values_differ = number(target, "values_differ");
  if (!images || !values || !images_differ || !values_differ) return "";
  return fmt::format("{}: {:.0f} of {:.0f} images differ ({:.0f} of {:.0f} values)",
                     target_name(target), *images_differ, *images, *values_differ, *values);
}

// The accuracy of classes, else what the task's measures have in its place.
std::optional<double> measured(const Json& json, const char* accuracy, const char* measures) {
  if (const auto value = number(json, accuracy)) return value;
  const Json* of_task = field(json, measures);
  const Json* headline = of_task ? field(*of_task, "headline") : nullptr;
  return headline ? number(*headline, "value") : std::nullopt;
}

}  // namespace

Accuracies read_accuracies(const Json& summary, const Json& verify) {
  const auto of_training = [&](const std::string& phase) {
    const auto accuracy = number(summary, (phase + "_accuracy").c_str());
    return accuracy ? accuracy : number(summary, (phase + "_measure").c_str());
  };
  return {of_training("float"), of_training("ptq"), of_training("fixed"),
          measured(verify, "runtime_accuracy", "runtime_measures"),
          measured(shown_target(verify), "accuracy", "measures")};
}

std::string verify_lines(const Json& verify) {
  std::string lines;
  for (const Json& target : targets_of(verify)) {
    const std::string line = target_line(target);
    if (!line.empty()) lines += (lines.empty() ? "" : "\n") + line;
  }
  return lines;
}

Json verify_json(const Json& verify, bool comparable) {
  const Json shown = shown_target(verify);
  if (target_line(shown).empty()) return nullptr;
  Json out = pick_numbers(
      shown, {"images", "values", "images_differ", "values_differ", "correct", "accuracy",
              "runtime_accuracy", "build_seconds", "run_seconds", "limit"});
  out["comparable"] = comparable;
  out["target"] = target_name(shown);
  out["targets"] = Json::array();
  for (const Json& target : targets_of(verify)) out["targets"].push_back(target_name(target));
  out["command"] = or_null(text(shown, "command"));
  out["line"] = target_line(shown);
  out["first"] = nullptr;
  if (const Json* first = field(shown, "first"); first && first->is_object()) {
    out["first"] = pick_numbers(*first, {"image", "expected", "actual", "frac_bits"});
    out["first"]["layer"] = text(*first, "layer").value_or("?");
    out["first"]["index"] = numbers(*first, "index");
  }
  return out;
}

}  // namespace qfx::report
