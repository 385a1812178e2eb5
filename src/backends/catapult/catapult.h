// The target `catapult`: C++ on ac_types for Catapult.
#pragma once

#include "qfx/backends/target.h"

namespace qfx::backends::catapult {

Target target();

}  // namespace qfx::backends::catapult
