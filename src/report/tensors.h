// Every tensor of the page: what the model says of it and what the log tells.
#pragma once

#include "report/history.h"
#include "report/json.h"

namespace qfx::report {

// `tensors`: those of the model (model_json.h), or empty; the log's others follow. Each gets
// {history, narrow_low, narrow_high}, and a histogram of values as training saw them where one was
// logged.
Json join_tensors(Json tensors, const History& history);

}  // namespace qfx::report
