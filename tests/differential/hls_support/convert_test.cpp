// raw.h and the element-wise layers: every value through every mode, against the law.
#include <gtest/gtest.h>

#include "formats.h"

#include "qfx/add.h"
#include "qfx/cast.h"
#include "qfx/fixed/value.h"
#include "qfx/relu.h"

namespace qfx::test {
namespace {

template <class T>
std::vector<std::int64_t> all_raw() {
  const fixed::Format format = FormatOf<T>::get();
  std::vector<std::int64_t> raw;
  for (std::int64_t r = fixed::min_raw(format); r <= fixed::max_raw(format); ++r) raw.push_back(r);
  return raw;
}

template <class T>
void fill(hls::stream<Pixel<T, 1>>& stream, const std::vector<std::int64_t>& raw) {
  for (std::int64_t r : raw) {
    Pixel<T, 1> pixel;
    pixel.data[0] = from_raw<T>(r);
    stream.write(pixel);
  }
}

template <class FROM, class TO>
void check_cast_and_relu() {
  constexpr int kBeats = 1 << Traits<FROM>::width;
  const fixed::Format from = FormatOf<FROM>::get(), to = FormatOf<TO>::get();
  hls::stream<Pixel<FROM, 1>> in("in");
  hls::stream<Pixel<TO, 1>> out("out");
  const std::vector<std::int64_t> raw = all_raw<FROM>();
  fill(in, raw);
  cast<kBeats>(in, out);
  for (std::int64_t r : raw)
    ASSERT_EQ(raw_value(out.read().data[0]), fixed::cast_raw(r, from.frac_bits(), to))
        << r << " of " << fixed::to_string(from) << " to " << fixed::to_string(to);
  fill(in, raw);
  relu<kBeats>(in, out);
  for (std::int64_t r : raw)
    ASSERT_EQ(raw_value(out.read().data[0]),
              fixed::cast_raw(std::max<std::int64_t>(r, 0), from.frac_bits(), to))
        << "relu of " << r << " of " << fixed::to_string(from) << " to " << fixed::to_string(to);
}

TEST(Cast, EveryModeEveryValue) {
  each_mode([](auto to) {
    check_cast_and_relu<ap_fixed<8, 4>, decltype(to)>();
    check_cast_and_relu<ap_ufixed<7, 3>, decltype(to)>();
    check_cast_and_relu<ap_fixed<6, 8>, decltype(to)>();
    // More bits dropped than the source has.
    check_cast_and_relu<ap_fixed<3, -4>, decltype(to)>();
    check_cast_and_relu<ap_ufixed<3, -9>, decltype(to)>();
  });
}

// The same format on both sides is a conversion too: SAT_SYM has no lowest value.
TEST(Cast, ToItsOwnFormat) {
  check_cast_and_relu<ap_fixed<4, 2, AP_RND, AP_SAT_SYM>, ap_fixed<4, 2, AP_RND, AP_SAT_SYM>>();
  check_cast_and_relu<ap_fixed<4, 2>, ap_fixed<4, 2>>();
}

template <class A, class B, class TO>
void check_add() {
  const fixed::Format a = FormatOf<A>::get(), b = FormatOf<B>::get(), to = FormatOf<TO>::get();
  const int frac = std::max(a.frac_bits(), b.frac_bits());
  for (std::int64_t x : all_raw<A>()) {
    for (std::int64_t y : all_raw<B>()) {
      hls::stream<Pixel<A, 1>> in_a("a");
      hls::stream<Pixel<B, 1>> in_b("b");
      hls::stream<Pixel<TO, 1>> out("out");
      fill(in_a, {x});
      fill(in_b, {y});
      add<1>(in_a, in_b, out);
      const std::int64_t sum = (x << (frac - a.frac_bits())) + (y << (frac - b.frac_bits()));
      ASSERT_EQ(raw_value(out.read().data[0]), fixed::cast_raw(sum, frac, to))
          << x << " of " << fixed::to_string(a) << " + " << y << " of " << fixed::to_string(b)
          << " to " << fixed::to_string(to);
    }
  }
}

TEST(Add, EveryModeEveryPair) {
  each_mode([](auto to) {
    check_add<ap_fixed<4, 1>, ap_ufixed<3, 2>, decltype(to)>();
    check_add<ap_fixed<3, 3>, ap_fixed<3, -1>, decltype(to)>();
    check_add<ap_fixed<3, -5>, ap_fixed<3, -6>, decltype(to)>();
  });
}

}  // namespace
}  // namespace qfx::test
