#include "qfx/report/run_table.h"

#include <cmath>
#include <fmt/format.h>

#include "report/accuracy.h"
#include "report/run_files.h"

#include "qfx/base/error.h"
#include "qfx/base/table.h"

namespace qfx::report {
namespace {

// "accuracy", "RMSE", ...: what the run's figures are, as training or verify call it.
std::string measure_of(const RunFiles& run) {
  if (const Json* named = field(run.summary, "measure"))
    if (const auto name = text(*named, "name")) return *name;
  if (const Json* measures = field(run.verify, "runtime_measures"))
    if (const Json* headline = field(*measures, "headline"))
      if (const auto name = text(*headline, "name")) return *name;
  return "accuracy";
}

std::string value_text(double value, bool is_share) {
  return is_share ? fmt::format("{:.2f} %", 100 * value) : fmt::format("{:.4g}", value);
}

// Rounded first: a gap of less than half a hundredth prints without a minus.
std::string gap_text(double value, double floating, bool is_share) {
  if (is_share)
    return fmt::format("{:+.2f} points", std::round(1e4 * (value - floating)) / 100 + 0.0);
  return floating > 0 ? fmt::format("{:.2f} times float's", value / floating) : "";
}

}  // namespace

std::string run_table(const std::string& run_folder) {
  const RunFiles run = read_run_folder(run_folder);
  const Accuracies accuracies = read_accuracies(run.summary, run.verify);
  const std::string measure = measure_of(run);
  const bool is_share = measure.ends_with("accuracy");
  Table table({Align::Left, Align::Right, Align::Right});
  const bool comparable = verify_has_trainings_images(run);
  const auto add = [&](const std::string& name, const std::optional<double>& value) {
    std::string gap;
    const bool of_verify = &value == &accuracies.integer || &value == &accuracies.hls;
    if (value && of_verify && !comparable)
      gap = fmt::format("of {:.0f} images", number(run.verify, "images").value_or(0));
    else if (value && accuracies.floating && &value != &accuracies.floating)
      gap = gap_text(*value, *accuracies.floating, is_share);
    table.add_row({name, value ? value_text(*value, is_share) : "-", gap});
  };
  add("float " + measure, accuracies.floating);
  add(fmt::format("fixed-point {} (training emulation)", measure), accuracies.fixed);
  add("integer " + measure, accuracies.integer);
  add("HLS " + measure, accuracies.hls);
  const std::string lines = verify_lines(run.verify);
  return table.to_string() + (lines.empty() ? "verify: -" : lines) + "\n";
}

}  // namespace qfx::report
