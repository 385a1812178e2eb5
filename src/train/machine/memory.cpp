#include "train/machine/memory.h"

#include <cstdlib>
#include <limits>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace qfx::train {

void keep_freed_memory() {
#if defined(__GLIBC__)
  constexpr int kNever = std::numeric_limits<int>::max();
  constexpr int kAtOnce = 8 << 20;  // about an array: more would only add to the peak
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, kNever);
  mallopt(M_TOP_PAD, kAtOnce);
#endif
}

}  // namespace qfx::train
