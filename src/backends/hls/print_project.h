// A network as a C++ project for a vendor's tool.
#pragma once

#include "backends/hls/vendor.h"

namespace qfx::backends::hls {

// Every file of the project. Raises UserError where an option is wrong.
Files print_project(const Vendor& vendor, const dataflow::Network& network,
                    const ExportOptions& options);

}  // namespace qfx::backends::hls
