#include "qfx/report/run_table.h"

#include <cmath>
#include <fmt/format.h>

#include "report/accuracy.h"
#include "report/run_files.h"

#include "qfx/base/error.h"
#include "qfx/base/table.h"

namespace qfx::report {

std::string run_table(const std::string& run_folder) {
  const RunFiles run = read_run_folder(run_folder);
  const Accuracies accuracies = read_accuracies(run.summary, run.verify);
  Table table({Align::Left, Align::Right, Align::Right});
  const bool comparable = verify_has_trainings_images(run);
  const auto add = [&](const char* name, const std::optional<double>& accuracy) {
    std::string gap;
    const bool of_verify = &accuracy == &accuracies.integer || &accuracy == &accuracies.hls;
    if (accuracy && of_verify && !comparable)
      gap = fmt::format("of {:.0f} images", number(run.verify, "images").value_or(0));
    // Rounded first: a gap of less than half a hundredth prints without a minus.
    else if (accuracy && accuracies.floating && &accuracy != &accuracies.floating)
      gap = fmt::format("{:+.2f} points",
                        std::round(1e4 * (*accuracy - *accuracies.floating)) / 100 + 0.0);
    table.add_row({name, accuracy ? fmt::format("{:.2f} %", 100 * *accuracy) : "-", gap});
  };
  add("float accuracy", accuracies.floating);
  add("fixed-point accuracy (training emulation)", accuracies.fixed);
  add("integer accuracy", accuracies.integer);
  add("HLS accuracy", accuracies.hls);
  const std::string lines = verify_lines(run.verify);
  return table.to_string() + (lines.empty() ? "verify: -" : lines) + "\n";
}

}  // namespace qfx::report
