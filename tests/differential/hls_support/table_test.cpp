// function.h and softmax.h: every value, every quotient through every rounding, against the law.
#include <cmath>
#include <gtest/gtest.h>

#include "formats.h"

#include "qfx/fixed/value.h"
#include "qfx/function.h"
#include "qfx/softmax.h"

namespace qfx::test {
namespace {

// Entry i is i in some order: any other index is seen.
template <Format FROM, Format TO>
void check_function() {
  constexpr int kEntries = 1 << FROM.width;
  short table[kEntries];
  for (int i = 0; i < kEntries; ++i)
    table[i] = static_cast<short>(fixed::min_raw(TO) + i * 5 % kEntries);
  Beats<FROM> in;
  Beats<TO> out;
  write_all(in, every_raw(FROM));
  map<kEntries, Function>(out, in, table);
  for (int i = 0; i < kEntries; ++i)
    ASSERT_EQ(read(out), table[i]) << i << " of " << fixed::to_string(FROM);
}

TEST(Function, TakesTheEntryOfEveryValue) {
  check_function<signed_format(6, 2), signed_format(8, 1)>();
  check_function<unsigned_format(6, 2), signed_format(8, 1)>();
  check_function<Format{6, 9, true, fixed::Rounding::RND, fixed::Overflow::SAT_SYM},
                 unsigned_format(6, -3)>();
  check_function<unsigned_format(1, 1), unsigned_format(1, 1)>();
  check_function<signed_format(1, 1), unsigned_format(1, 1)>();
}

template <Format TO, class SUM>
void check_quotients(std::int64_t most) {
  for (std::int64_t sum = 1; sum <= most; ++sum)
    for (std::int64_t e = 0; e <= sum; ++e)
      ASSERT_EQ(raw_value(quotient<Number<TO>>(SUM(e), SUM(sum))),
                fixed::cast_quotient(e, 0, sum, TO))
          << e << " / " << sum << " to " << fixed::to_string(TO);
}

TEST(Quotient, EveryRoundingEveryPair) {
  each_rounding([]<Format TO>() { check_quotients<TO, Int<6>>(16); });
  using enum fixed::Rounding;
  using enum fixed::Overflow;
  check_quotients<Format{9, 1, false, RND_CONV, SAT}, std::uint32_t>(40);
  // A grid of eighths of ones, and one of 64ths.
  check_quotients<Format{4, 7, true, RND_INF, SAT}, Int<7>>(24);
  check_quotients<Format{5, -1, true, RND, WRAP}, Int<7>>(24);
}

TEST(Quotient, FinerThanAWord) {
  // 64 fraction bits.
  constexpr Format kTo{31, -33, false, fixed::Rounding::RND_ZERO, fixed::Overflow::WRAP};
  const std::int64_t sum = (std::int64_t{1} << 52) - 3;
  for (std::int64_t e : {std::int64_t{0}, std::int64_t{1}, sum / 3, sum - 1, sum})
    ASSERT_EQ(raw_value(quotient<Number<kTo>>(Int<54>(e), Int<54>(sum))),
              fixed::cast_quotient(e, 0, sum, kTo))
        << e;
}

template <int SUMS, int BEATS>
struct SoftmaxConfig {
  static const int sums = SUMS;
  static const int beats = BEATS;
  static const int sum_width = 12;
  typedef unsigned short entry_t;
};

// Four lanes: one sum per beat, or all beats in one.
template <int SUMS, int BEATS>
void check_softmax() {
  constexpr Format kTo{8, 1, false, fixed::Rounding::RND, fixed::Overflow::SAT};
  unsigned short table[16];
  for (int d = 0; d < 16; ++d)
    table[d] = static_cast<unsigned short>(std::lround(100 * std::exp(-d / 4.0)));
  Beats<signed_format(4, 2), 4> in;
  Beats<kTo, 4> out;
  std::vector<int> raw;
  for (int i = 0; i < SUMS * BEATS * 4; ++i) raw.push_back((i * i * 7 + i) % 16 - 8);
  for (std::size_t i = 0; i < raw.size(); i += 4)
    write(in, {raw[i], raw[i + 1], raw[i + 2], raw[i + 3]});
  softmax<SoftmaxConfig<SUMS, BEATS>>(out, in, table);
  constexpr int kSize = BEATS * 4;
  for (int s = 0; s < SUMS; ++s) {
    const int* x = &raw[s * kSize];
    const int largest = *std::max_element(x, x + kSize);
    std::int64_t sum = 0;
    for (int i = 0; i < kSize; ++i) sum += table[largest - x[i]];
    for (int beat = 0; beat < BEATS; ++beat) {
      const Pixel<Number<kTo>, 4> pixel = out.read();
      for (int c = 0; c < 4; ++c)
        ASSERT_EQ(raw_value(pixel.data[c]),
                  fixed::cast_quotient(table[largest - x[beat * 4 + c]], 0, sum, kTo))
            << "sum " << s << ", beat " << beat << ", lane " << c;
    }
  }
  EXPECT_TRUE(out.empty());
}

TEST(Softmax, SumsTheBeatsThatBelongTogether) {
  check_softmax<1, 1>();
  check_softmax<3, 1>();
  check_softmax<1, 3>();
}

}  // namespace
}  // namespace qfx::test
