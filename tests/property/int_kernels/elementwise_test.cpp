// The element-wise integer kernels against one element at a time, modulo 2^32 and 2^64, on every
// SIMD target and at every length around a vector's.
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

#include "support/simd_targets.h"

#include "qfx/kernels/int_elementwise.h"

namespace qfx::kernels {
namespace {

constexpr std::int64_t kMaxLength = 70;

std::vector<std::int32_t> random_values(std::mt19937_64& generator, std::int64_t count) {
  std::vector<std::int32_t> values(count);
  constexpr std::int32_t kEdges[] = {0, 1, -1, INT32_MIN, INT32_MAX};
  for (std::int32_t& value : values)
    value = generator() % 3 == 0 ? kEdges[generator() % 5] : static_cast<std::int32_t>(generator());
  return values;
}

template <class T>
T product(std::int64_t a, std::int64_t b) {
  return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

template <class T>
void check_all(std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  for (std::int64_t count = 0; count <= kMaxLength; ++count) {
    SCOPED_TRACE(count);
    const std::vector<std::int32_t> a = random_values(generator, count);
    const std::vector<std::int32_t> b = random_values(generator, count);
    const std::vector<T> slopes(b.begin(), b.end());
    const auto below = static_cast<T>(generator()), above = static_cast<T>(generator());
    Clipping<T> clipping{.below = static_cast<std::int32_t>(generator()),
                         .above = static_cast<std::int32_t>(generator()),
                         .low = static_cast<T>(generator()),
                         .high = static_cast<T>(generator()),
                         .factor = static_cast<T>(T{1} << generator() % 40 % (8 * sizeof(T) - 1))};
    if (generator() % 4 == 0) clipping.below = INT32_MAX, clipping.above = INT32_MIN;

    std::vector<T> products(count), shared(count), each(count), clipped(count);
    multiply(a.data(), b.data(), products.data(), count);
    slope_below_zero(a.data(), below, above, shared.data(), count);
    slope_below_zero(a.data(), slopes.data(), above, each.data(), count);
    clip(a.data(), clipping, clipped.data(), count);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int32_t x = a[i];
      ASSERT_EQ(products[i], product<T>(x, b[i]));
      ASSERT_EQ(shared[i], product<T>(x, x < 0 ? below : above)) << x;
      ASSERT_EQ(each[i], product<T>(x, x < 0 ? slopes[i] : above)) << x;
      const T kept = product<T>(x, clipping.factor);
      ASSERT_EQ(clipped[i], x < clipping.below   ? clipping.low
                            : x > clipping.above ? clipping.high
                                                 : kept)
          << x;
    }
  }
}

TEST(IntElementwise, IsOneElementAtATime) {
  std::uint64_t seed = 1;
  test::for_each_simd_target([&] {
    for (int repeat = 0; repeat < 20; ++repeat) {
      check_all<std::int32_t>(seed++);
      check_all<std::int64_t>(seed++);
    }
  });
}

}  // namespace
}  // namespace qfx::kernels
