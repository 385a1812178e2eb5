// The configuration of a mean that the exporter prints, here as constants of the compiler.
#pragma once

namespace qfx::test {

constexpr int twos_of(int count) {
  return count % 2 == 1 ? 0 : 1 + twos_of(count / 2);
}
constexpr int bits_of(int value) {
  return value == 0 ? 0 : 1 + bits_of(value / 2);
}

template <int WIDTH, int FRAC, int COUNT, int OUT_FRAC>
struct MeanConfig {
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

}  // namespace qfx::test
