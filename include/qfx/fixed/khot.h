// K-hot projection: the nearest integer whose magnitude has at most K ones (or at most K signed
// digits).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "qfx/fixed/format.h"

namespace qfx::fixed {

// One power of two of a K-hot constant: sign * 2^exponent.
struct Digit {
  int exponent = 0;
  int sign = 1;
  bool operator==(const Digit&) const = default;
};

// The value nearest to `raw` within the format's raw range that has at most k ones in its magnitude
// (sign-magnitude), or at most k digits +1/-1 (signed_digits). Exact, not greedy; of two equally
// near values the one of smaller magnitude. k >= width changes nothing. Raises UserError for k < 1.
std::int64_t project_khot(std::int64_t raw, int k, bool signed_digits, const fixed::Format& format);

// Ones of |raw|, or the least number of signed digits (non-adjacent form).
int count_digits(std::int64_t raw, bool signed_digits);

// The digits, highest exponent first; at most k of them for a projected value.
std::vector<Digit> digits_of(std::int64_t raw, bool signed_digits);
std::int64_t from_digits(const std::vector<Digit>& digits);

}  // namespace qfx::fixed
