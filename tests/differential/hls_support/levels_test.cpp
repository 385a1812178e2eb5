// Bits, and what makes values few: quant_sign.h and thermometer.h with every value.
#include <gtest/gtest.h>

#include "bit_values.h"

#include "qfx/fixed/value.h"
#include "qfx/map.h"
#include "qfx/quant_sign.h"
#include "qfx/thermometer.h"

namespace qfx::test {
namespace {

template <int N>
void check_agreement() {
  for (int step = 1; step < 6; ++step) {
    const auto a = [&](int i) { return i * step % 7 < 3 ? 1 : -1; };
    const auto b = [&](int i) { return (i + step) % 5 < 2 ? 1 : -1; };
    int expected = 0;
    for (int i = 0; i < N; ++i) expected += a(i) * b(i);
    const Bits<N> bits = bits_of<N>(a);
    EXPECT_EQ(agreement(bits, bits_of<N>(b)), expected) << N;
    EXPECT_EQ(agreement(bits, bits), N);
    for (int i = 0; i < N; ++i) EXPECT_EQ(bit_at(bits, i), a(i) > 0) << i << " of " << N;
  }
}

TEST(Bits, AgreeLessDisagree) {
  check_agreement<1>();
  check_agreement<7>();
  check_agreement<63>();
  check_agreement<64>();
  check_agreement<65>();
  check_agreement<96>();
  check_agreement<200>();
}

// Thresholds as semantics.md has them: n * x >= 2j + 1 - n, x in quarters.
template <Format TO>
void check_quant_sign() {
  constexpr Format kFrom = signed_format(7, 5);
  constexpr int n = (1 << (TO.width - 1)) - 1;
  std::int64_t thresholds[n];
  for (int j = 0; j < n; ++j) {
    std::int64_t raw = fixed::min_raw(kFrom);
    while (n * raw < 4 * (2 * j + 1 - n)) ++raw;
    thresholds[j] = raw;
  }
  const auto& table = thresholds;
  Beats<kFrom> in;
  Beats<TO> out;
  write_all(in, every_raw(kFrom));
  map<128, QuantSign>(out, in, table);
  for (std::int64_t x : every_raw(kFrom)) {
    std::int64_t expected = 0;
    for (int j = 0; j < n; ++j) expected += n * x >= 4 * (2 * j + 1 - n) ? 1 : -1;
    ASSERT_EQ(read(out), expected) << x;
  }
}

TEST(QuantSign, EveryValue) {
  check_quant_sign<kOneBit>();
  check_quant_sign<kTwoBits>();
  check_quant_sign<kThreeBits>();
  check_quant_sign<kFourBits>();
}

constexpr std::int64_t kThresholds[2][3] = {{-5, 0, 3}, {1, 7, 100}};

TEST(Thermometer, OfAnImagePutsLevelsSideBySide) {
  constexpr Format kFrom = signed_format(5, 5);
  Beats<kFrom, 2> in;
  Beats<kOneBit, 6> out;
  for (std::int64_t x : every_raw(kFrom)) write(in, {x, -x - 1});
  thermometer<32>(out, in, kThresholds);
  for (std::int64_t x : every_raw(kFrom)) {
    const Pixel<Number<kOneBit>, 6> y = out.read();
    for (int lane = 0; lane < 6; ++lane) {
      const std::int64_t value = lane < 3 ? x : -x - 1;
      EXPECT_EQ(raw_value(y.data[lane]), value >= kThresholds[lane / 3][lane % 3] ? 1 : -1);
    }
  }
  EXPECT_TRUE(in.empty() && out.empty());
}

// 4 elements in beats of 2 to 12 in beats of 4.
TEST(Thermometer, OfAVectorPacksLevelsAnew) {
  constexpr Format kFrom = unsigned_format(4, 4);
  static const std::int64_t thresholds[4][3] = {{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9, 10, 11}};
  Beats<kFrom, 2> in;
  Beats<kOneBit, 4> out;
  write(in, {1, 4});
  write(in, {5, 15});
  thermometer_vector<2>(out, in, thresholds);
  const std::int64_t expected[] = {1, 1, -1, 1, 1, -1, -1, -1, -1, 1, 1, 1};
  for (int beat = 0; beat < 3; ++beat) {
    const Pixel<Number<kOneBit>, 4> y = out.read();
    for (int lane = 0; lane < 4; ++lane)
      EXPECT_EQ(raw_value(y.data[lane]), expected[4 * beat + lane]) << beat << ", " << lane;
  }
  EXPECT_TRUE(in.empty() && out.empty());
}

}  // namespace
}  // namespace qfx::test
