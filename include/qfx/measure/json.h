// Measures for scripts and reports.
#pragma once

#include <nlohmann/json.hpp>

#include "qfx/measure/measure.h"

namespace qfx::measure {

// {"samples", "loss": {"name", "value"}, "headline": {"name", "value", "higher_is_better", "text",
// "details"}} and, by kind of task,
//   classes  "accuracy", "correct", "classes": [{"class", "name", "samples", "answers", "correct",
//            "recall", "precision"}], "confusion": rows by label, columns by answer
//   labels   "label_accuracy", "exact_match", "labels": [{"label", "name", "samples", "answers",
//            "correct", "accuracy", "recall", "precision"}]
//   values   "rmse", "mae", "r2", "outputs": [{"output", "name", "rmse", "mae", "r2"}]
//   rebuilt  "reconstruction_error", "auc", "odd", "error_of_odd", "error_of_others"
// null where a measure says nothing. Null altogether where nothing was compared.
nlohmann::ordered_json to_json(const Measures& measures);

}  // namespace qfx::measure
