// The page people look at: one self-contained HTML file with interactive plots.
#pragma once

#include <string>

#include "qfx/report/answers.h"

namespace qfx::report {

// `source` is a run folder (recipe.toml, log.jsonl, summary.json, model.qfx, verify.json: what is
// there is shown) or a model.qfx. `answers` of its model add the worst samples, and the measures
// where verify.json has none; `estimate`, as estimate.json is written, where the folder has none of
// its model. Written atomically. Raises UserError where neither is readable.
void write_report(const std::string& source, const std::string& output_path,
                  const Answers& answers = {}, const std::string& estimate = "");

// Whether the folder of a run has an estimate.json of its model.
bool has_estimate(const std::string& run_folder);

}  // namespace qfx::report
