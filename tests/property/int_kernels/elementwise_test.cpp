// A product and a term against one element at a time, modulo 2^32 and 2^64.
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "qfx/kernels/int_elementwise.h"

namespace qfx::kernels {
namespace {

template <class T>
std::vector<T> random_values(std::mt19937_64& generator, std::int64_t count) {
  std::vector<T> values(count);
  constexpr T kEdges[] = {0, 1, -1, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
  for (T& value : values)
    value = generator() % 3 == 0 ? kEdges[generator() % 5] : static_cast<T>(generator());
  return values;
}

template <class T>
T expected(std::int64_t x, T factor, T term) {
  return static_cast<T>(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(factor) +
                        static_cast<std::uint64_t>(term));
}

template <class X, class T>
void check(std::mt19937_64& generator) {
  for (std::int64_t count = 0; count <= 70; ++count) {
    const std::vector<X> x = random_values<X>(generator, count);
    const std::vector<T> factor = random_values<T>(generator, count + 1);
    const std::vector<T> term = random_values<T>(generator, count + 1);
    std::vector<T> sum(count);
    if constexpr (std::is_same_v<X, T>) {
      multiply_add(x.data(), factor[count], term[count], sum.data(), count);
      for (std::int64_t i = 0; i < count; ++i)
        ASSERT_EQ(sum[i], expected(x[i], factor[count], term[count]));
    }
    if constexpr (sizeof(T) == sizeof(std::int32_t)) {
      const std::vector<X> y = random_values<X>(generator, count);
      add_scaled(x.data(), factor[count], y.data(), term[count], sum.data(), count);
      for (std::int64_t i = 0; i < count; ++i)
        ASSERT_EQ(sum[i], expected(x[i], factor[count], expected(y[i], term[count], T{0})));
    }
    if constexpr (sizeof(T) == sizeof(std::int64_t)) {
      multiply_add(x.data(), factor.data(), term.data(), sum.data(), count);
      for (std::int64_t i = 0; i < count; ++i)
        ASSERT_EQ(sum[i], expected(x[i], factor[i], term[i]));
    }
  }
}

TEST(IntElementwise, IsOneElementAtATime) {
  std::mt19937_64 generator(1);
  for (int repeat = 0; repeat < 20; ++repeat) {
    check<std::int32_t, std::int32_t>(generator);
    check<std::int32_t, std::int64_t>(generator);
    check<std::int64_t, std::int64_t>(generator);
  }
}

}  // namespace
}  // namespace qfx::kernels
