// The headers that generated C++ includes.
#pragma once

#include "qfx/backends/target.h"

namespace qfx::backends::hls {

// Adds to a project, under firmware/, the support headers that its files include, and those that
// these include. `vendor`: the folder of those that are a vendor's own, below support/hls.
void copy_support(Files& files, std::string_view vendor);

}  // namespace qfx::backends::hls
