// The report's JSON: of files that may be damaged, read leniently.
#pragma once

#include "qfx/store/json_field.h"

namespace qfx::report {

using Json = store::LenientJson;
using store::field;
using store::number;
using store::numbers;
using store::or_null;
using store::pick_numbers;
using store::text;

}  // namespace qfx::report
