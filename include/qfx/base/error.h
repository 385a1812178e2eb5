// Two kinds of fault, raised by different means: the user's input (UserError, exit code 2) and
// our own mistake (InternalError, exit code 3). A library function never prints and never aborts.
#pragma once

#include <fmt/format.h>
#include <stdexcept>
#include <string>
#include <utility>

namespace qfx {

// The user's input is wrong. The message is a sentence: what was given, what is allowed, what to
// do.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// QFX is wrong. Nobody outside can mend it; the message says where to look.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

template <class... Args>
[[noreturn]] void user_error(fmt::format_string<Args...> text, Args&&... args) {
  throw UserError(fmt::format(text, std::forward<Args>(args)...));
}

template <class... Args>
[[noreturn]] void internal_error(fmt::format_string<Args...> text, Args&&... args) {
  throw InternalError(fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace qfx

// States what must hold if QFX itself is right; raises InternalError where it does not.
#define QFX_ASSERT(condition)                                                             \
  do {                                                                                    \
    if (!(condition))                                                                     \
      ::qfx::internal_error("{}:{}: this must hold: {}", __FILE__, __LINE__, #condition); \
  } while (false)
