#include <algorithm>

#include "qfx/kernels/fake_cast.h"

namespace qfx::kernels {

std::vector<Slice> slices(const Extent& extent) {
  constexpr std::int64_t kSlice = std::int64_t{1} << 16;
  std::vector<Slice> result;
  const std::int64_t size = extent.size();
  if (size == 0) return result;
  if (extent.channels == 1) {
    for (std::int64_t offset = 0; offset < size; offset += kSlice)
      result.push_back({offset, {1, 1, std::min(kSlice, size - offset)}});
    return result;
  }
  const std::int64_t row = extent.channels * extent.inner;
  const std::int64_t step = std::max<std::int64_t>(1, (kSlice + row / 2) / row);
  for (std::int64_t o = 0; o < extent.outer; o += step)
    result.push_back({o * row, {std::min(step, extent.outer - o), extent.channels, extent.inner}});
  return result;
}

}  // namespace qfx::kernels
