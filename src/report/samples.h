// The worst samples and the measures, as the page reads them.
#pragma once

#include <optional>
#include <string>

#include "report/json.h"

#include "qfx/report/answers.h"

namespace qfx::report {

// {text, picture: {channels, height, width} or null, worst: [{index, truth, answer, error,
// picture: base64 or null}]}; null where there are none. Large pictures are made smaller.
Json samples_json(const Answers& answers);

// The measures of the task that verify.json holds, or that a run gave; null where it has none.
Json measures_of(const Json& verify);
Json measures_of(const Answers& answers);

// The data that the measures are of: verify's where `verified` are its measures.
std::optional<std::string> measured_on(const Json& verify, const Json& verified,
                                       const Answers& answers);

}  // namespace qfx::report
