// What torch says when it fails.
#pragma once

#include <exception>
#include <string>

namespace qfx::train {

// Without the stack that torch puts into its messages.
std::string reason_of(const std::exception& error);

}  // namespace qfx::train
