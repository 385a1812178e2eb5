// The samples that a frozen model gets most wrong, for the report.
#pragma once

#include "qfx/data/dataset.h"
#include "qfx/report/answers.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/evaluate.h"

namespace qfx::command {

// The worst first, with their pictures where the samples are pictures of one or three channels, and
// the measures of all. Nothing where the set does not say what the samples should give.
report::Answers worst_samples(const runtime::Engine& engine, const data::Dataset& set,
                              const runtime::Evaluation& evaluation);

}  // namespace qfx::command
