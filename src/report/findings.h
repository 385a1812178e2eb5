// What a reader would not want about a run, each with the key that mends it.
#pragma once

#include <string>
#include <vector>

#include "report/history.h"
#include "report/json.h"

namespace qfx::report {

// [{kind, about, text, mend}]: what training warned of, and then what the tensors show that it did
// not name (a log of an older version has no warnings). `mend` is TOML for the recipe, or null
// where the text alone says what to do.
Json findings_json(const std::vector<Warning>& warnings, const Json& tensors);

// The share of a tensor's values outside its format that counts: the frozen model's on the test
// set, else the last epoch's. Nothing where none was logged.
std::optional<double> last_overflow(const Json& tensor);

}  // namespace qfx::report
