// mean.h: an exact rational, rounded once.
#include "qfx/mean.h"

#include <gtest/gtest.h>

#include "dataflow/mean.h"
#include "formats.h"
#include "mean_config.h"

#include "qfx/fixed/value.h"

namespace qfx::test {
namespace {

template <Format TO, class CONFIG, int COUNT>
void check_mean(const std::vector<std::int64_t>& sums) {
  const auto printed =
      dataflow::mean_of({CONFIG::sum_width, CONFIG::sum_frac_bits}, COUNT, TO.frac_bits());
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
    ASSERT_EQ(raw_value(mean<Number<TO>, CONFIG>(word, reciprocal)),
              fixed::cast_quotient(sum, CONFIG::sum_frac_bits, COUNT, TO))
        << sum << " / " << COUNT << " to " << fixed::to_string(TO);
  }
}

template <int WIDTH>
std::vector<std::int64_t> every_sum() {
  return every_raw(signed_format(WIDTH, WIDTH));
}

template <int COUNT, Format TO>
void check_count() {
  constexpr int kOutFrac = TO.width - TO.int_bits;
  check_mean<TO, MeanConfig<9, 1, COUNT, kOutFrac>, COUNT>(every_sum<9>());
  check_mean<TO, MeanConfig<9, 4, COUNT, kOutFrac>, COUNT>(every_sum<9>());
}

TEST(Mean, EveryRoundingEverySum) {
  each_rounding([]<Format TO>() {
    check_count<1, TO>();
    check_count<3, TO>();
    check_count<4, TO>();
    check_count<6, TO>();
    check_count<49, TO>();
  });
}

// The reciprocal is exact for every divisor at every sum of 11 bits, the ends included.
template <int COUNT>
void check_divisors() {
  if constexpr (COUNT > 0) {
    check_mean<signed_format(16, 12), MeanConfig<11, 3, COUNT, 4>, COUNT>(every_sum<11>());
    check_divisors<COUNT - 1>();
  }
}
TEST(Mean, EveryDivisorTo64) {
  check_divisors<64>();
}

// Sums and quotients wider than a machine word.
TEST(Mean, WideSums) {
  constexpr Format kCoarse{32, 30, true, fixed::Rounding::RND_CONV, fixed::Overflow::SAT};
  constexpr Format kFine{32, -8, true, fixed::Rounding::RND, fixed::Overflow::WRAP};
  std::vector<std::int64_t> sums;
  for (int bit = 0; bit < 61; ++bit)
    for (std::int64_t near : {-1, 0, 1})
      for (std::int64_t sign : {-1, 1}) sums.push_back(sign * (std::int64_t{1} << bit) + near);
  check_mean<kCoarse, MeanConfig<63, 20, 12544, 2>, 12544>(sums);
  check_mean<kFine, MeanConfig<63, 2, 7, 40>, 7>(sums);
}

}  // namespace
}  // namespace qfx::test
