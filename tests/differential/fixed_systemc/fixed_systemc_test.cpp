// The number system against SystemC's sc_fix and sc_ufix, the fixed-point types that ap_fixed's
// modes are modelled on. Their formats are run-time values, so this matrix is complete: every mode
// of every format of up to 4 bits (6 in the long form), from sources with 3 fraction bits less than
// it up to 7 more and, in the long form, from -3 to 9 whatever the target has.
#include <algorithm>

#include "sc.h"
#include "support/fixed_check.h"

namespace qfx::fixed::matrix {
namespace {

// SystemC and the vendors part in three places, and each is one line here. Everything else is
// equal.
std::int64_t cast_as_systemc(std::int64_t raw, int from_frac, const Format& to) {
  // Two signed states, 0 and -1: SystemC's symmetric range is 0 alone, the vendors' is both.
  if (to.overflow == Overflow::SAT_SYM && to.is_signed && to.width == 1) return 0;
  const auto rounded =
      static_cast<std::int64_t>(round_raw(BigInt(raw), from_frac, to.frac_bits(), to.rounding));
  // The lowest deleted bit: SystemC looks at the rounded value, ap_fixed at the source.
  if (to.overflow == Overflow::WRAP_SM && to.wrap_bits == 0)
    return static_cast<std::int64_t>(
        overflow_raw(BigInt(rounded), to, BigInt(rounded), to.frac_bits()));
  // Below zero: SystemC clears the N top bits of an unsigned target, ap_fixed sets them.
  if (to.overflow == Overflow::WRAP && !to.is_signed && to.wrap_bits > 0 && rounded < 0)
    return rounded & ((std::int64_t{1} << (to.width - to.wrap_bits)) - 1);
  return cast_raw(raw, from_frac, to);
}

void check(const Format& to, Tally& tally) {
  const auto header = sc_cast(to.width, to.int_bits, to.is_signed, to_string(to.rounding),
                              to_string(to.overflow), to.wrap_bits);
  const int widest_source = is_long() ? 8 : 7;
  const int least_frac = is_long() ? std::min(to.frac_bits() - 3, -3) : to.frac_bits() - 3;
  const int most_frac = is_long() ? std::max(to.frac_bits() + 7, 9) : to.frac_bits() + 7;
  for (int from_frac = least_frac; from_frac <= most_frac; ++from_frac) {
    // A narrower source has the same values: SystemC's assignment sees the value alone.
    for (std::int64_t raw = -(1 << widest_source); raw < (1 << widest_source); ++raw) {
      const std::int64_t theirs = header(std::ldexp(static_cast<double>(raw), -from_frac));
      const std::int64_t ours = cast_as_systemc(raw, from_frac, to);
      tally.expect(theirs == ours, [&] {
        return fmt::format("raw {} with {} fraction bits into {}: SystemC gives {}, expected {}",
                           raw, from_frac, to_string(to), theirs, ours);
      });
    }
  }
}

TEST(SystemC, EveryModeOfEverySmallFormat) {
  Tally tally("sc_fix conversions");
  const int widest = is_long() ? 6 : 4;
  for (int width = 1; width <= widest; ++width) {
    for (int int_bits = -3; int_bits <= width + 3; int_bits += is_long() ? 1 : 3) {
      for (const bool is_signed : {true, false}) {
        for (int overflow = 0; overflow < ap_overflow_count(width, is_signed); ++overflow) {
          for (int rounding = 0; rounding < kApRoundings; ++rounding) {
            Format to = with_ap_overflow(plain(width, int_bits, is_signed), overflow);
            to.rounding = static_cast<Rounding>(rounding);
            check(to, tally);
          }
        }
      }
    }
  }
}

// docs/header_defects.md; the law gives the power itself for every one of them.
TEST(ScDefect, ACarryIntoAFreshWordBeyond128BitsIsLost) {
  for (const int power : {32, 64, 96, 127, 129}) EXPECT_EQ(sc_power_after_carry(power), power);
  for (const int power : {128, 160}) EXPECT_EQ(sc_power_after_carry(power), -1);
  for (const int power : {96, 127, 128, 129, 160}) {
    const Fixed all_ones =
        Fixed::from_raw((BigInt(1) << (power + 1)) - 1, plain(power + 1, power, false));
    Format integers = plain(power + 2, power + 2, false);
    integers.rounding = Rounding::RND;
    EXPECT_EQ(all_ones.cast(integers).raw(), BigInt(1) << power);
  }
}

}  // namespace
}  // namespace qfx::fixed::matrix

// Here, since libsystemc's main would be found before GoogleTest's.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
