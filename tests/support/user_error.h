// What a person would read.
#pragma once

#include <string>

#include "qfx/base/error.h"

namespace qfx::test {

// The UserError's sentence; empty where the action raises none.
std::string user_error_of(const auto& action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

}  // namespace qfx::test
