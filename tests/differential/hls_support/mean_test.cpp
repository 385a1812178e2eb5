// mean.h: an exact rational, rounded once.
#include "qfx/mean.h"

#include <gtest/gtest.h>

#include "backends/vitis/tables.h"
#include "formats.h"

#include "qfx/fixed/value.h"

namespace qfx::test {
namespace {

// The configuration that the exporter prints, here as constants of the compiler.
constexpr int twos_of(int count) {
  return count % 2 == 1 ? 0 : 1 + twos_of(count / 2);
}
constexpr int bits_of(int value) {
  return value == 0 ? 0 : 1 + bits_of(value / 2);
}

template <int WIDTH, int FRAC, int COUNT, int OUT_FRAC>
struct Config {
  static const int sum_width = WIDTH;
  static const int sum_frac_bits = FRAC;
  static const int twos = twos_of(COUNT);
  static const int divisor = COUNT >> twos;
  static const int wanted = OUT_FRAC + 1 - FRAC - twos;
  static const int extra_frac_bits = divisor == 1 || wanted < 0 ? 0 : wanted;
  static const int reciprocal_shift = WIDTH - 1 + extra_frac_bits + bits_of(divisor);
  // At least the width of 2^shift / divisor, rounded up.
  static const int reciprocal_width = reciprocal_shift + 2 - bits_of(divisor);
  static const int reciprocal_words = (reciprocal_width + 31) / 32;
};

template <class OUT, class CONFIG, int COUNT>
void check_mean(const std::vector<std::int64_t>& sums) {
  const fixed::Format to = FormatOf<OUT>::get();
  const auto printed = backends::vitis::mean_constants(CONFIG::sum_width, CONFIG::sum_frac_bits,
                                                       COUNT, to.frac_bits());
  ASSERT_EQ(printed.divisor, int{CONFIG::divisor});
  ASSERT_EQ(printed.twos, int{CONFIG::twos});
  ASSERT_EQ(printed.extra_frac_bits, int{CONFIG::extra_frac_bits});
  if (printed.divisor != 1) {
    ASSERT_EQ(printed.reciprocal_shift, int{CONFIG::reciprocal_shift});
    ASSERT_LE(printed.reciprocal_width, int{CONFIG::reciprocal_width});
  }
  unsigned reciprocal[CONFIG::reciprocal_words] = {};
  for (std::size_t i = 0; i < printed.reciprocal.values.size(); ++i)
    reciprocal[i] = static_cast<unsigned>(printed.reciprocal.values[i]);
  for (std::int64_t sum : sums) {
    const typename Sum<CONFIG::sum_width>::type word = sum;
    ASSERT_EQ(raw_value(mean<OUT, CONFIG>(word, reciprocal)),
              fixed::cast_quotient(sum, CONFIG::sum_frac_bits, COUNT, to))
        << sum << " / " << COUNT << " to " << fixed::to_string(to);
  }
}

template <int WIDTH>
std::vector<std::int64_t> every_sum() {
  std::vector<std::int64_t> sums;
  for (std::int64_t sum = -(1 << (WIDTH - 1)); sum < 1 << (WIDTH - 1); ++sum) sums.push_back(sum);
  return sums;
}

template <int COUNT, class OUT>
void check_count() {
  constexpr int kOutFrac = 2;
  check_mean<OUT, Config<9, 1, COUNT, kOutFrac>, COUNT>(every_sum<9>());
  check_mean<OUT, Config<9, 4, COUNT, kOutFrac>, COUNT>(every_sum<9>());
}

TEST(Mean, EveryModeEverySum) {
  each_mode([](auto to) {
    using To = decltype(to);
    check_count<1, To>();
    check_count<3, To>();
    check_count<4, To>();
    check_count<6, To>();
    check_count<49, To>();
  });
}

// The reciprocal is exact for every divisor at every sum of 11 bits, the ends included.
template <int COUNT>
void check_divisors() {
  if constexpr (COUNT > 0) {
    check_mean<ap_fixed<16, 12>, Config<11, 3, COUNT, 4>, COUNT>(every_sum<11>());
    check_divisors<COUNT - 1>();
  }
}
TEST(Mean, EveryDivisorTo64) {
  check_divisors<64>();
}

// Sums and quotients wider than a machine word.
TEST(Mean, WideSums) {
  std::vector<std::int64_t> sums;
  for (int bit = 0; bit < 61; ++bit)
    for (std::int64_t near : {-1, 0, 1})
      for (std::int64_t sign : {-1, 1}) sums.push_back(sign * (std::int64_t{1} << bit) + near);
  check_mean<ap_fixed<32, 30, AP_RND_CONV, AP_SAT>, Config<63, 20, 12544, 2>, 12544>(sums);
  check_mean<ap_fixed<32, -8, AP_RND, AP_WRAP>, Config<63, 2, 7, 40>, 7>(sums);
}

}  // namespace
}  // namespace qfx::test
