// Everything the page shows, as one JSON value.
#pragma once

#include <string>

#include "report/json.h"

#include "qfx/report/answers.h"

namespace qfx::report {

// The keys are those of page/main.js's head comment; every key is there, null where a run lacks it.
// Raises UserError where `source` is neither a run folder nor a model file that loads.
Json page_json(const std::string& source, const Answers& answers = {},
               const std::string& estimate = "");

}  // namespace qfx::report
