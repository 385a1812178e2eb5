// How long the search goes on.
#pragma once

#include <cstdint>
#include <optional>

namespace qfx::adders {

class Budget {
 public:
  // Of this thread's processor time; or of steps, where they are given.
  Budget(double seconds, std::optional<std::int64_t> steps);

  double fraction_used() const;  // 1 or more: it is used up
  // Whether even a first answer has taken long; never where steps count.
  bool is_late() const;
  void count_step() { ++taken_; }

 private:
  double elapsed() const;

  double begin_ = 0, seconds_ = 0;
  std::optional<std::int64_t> steps_;
  std::int64_t taken_ = 0;
};

}  // namespace qfx::adders
