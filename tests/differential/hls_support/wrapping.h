// An overflow mode with its saturated bits.
#pragma once

#include "qfx/fixed/format.h"

namespace qfx::test {

struct Wrapping {
  fixed::Overflow overflow;
  int wrap_bits = 0;
};

}  // namespace qfx::test
