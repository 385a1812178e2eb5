// function.h and softmax.h: every value, every quotient through every mode, against the law.
#include <cmath>
#include <gtest/gtest.h>

#include "formats.h"

#include "qfx/fixed/value.h"
#include "qfx/function.h"
#include "qfx/softmax.h"

namespace qfx::test {
namespace {

template <class IN>
struct FunctionConfig {
  static const int beats = 1 << Traits<IN>::width;
  static const int entries = 1 << Traits<IN>::width;
  typedef short entry_t;
};

// Entry i is i in some order: any other index is seen.
template <class IN, class OUT>
void check_function() {
  using Config = FunctionConfig<IN>;
  const fixed::Format from = FormatOf<IN>::get();
  short table[Config::entries];
  for (int i = 0; i < Config::entries; ++i)
    table[i] = static_cast<short>(fixed::min_raw(FormatOf<OUT>::get()) + i * 5 % Config::entries);
  hls::stream<Pixel<IN, 1>> in("in");
  hls::stream<Pixel<OUT, 1>> out("out");
  for (std::int64_t r = fixed::min_raw(from); r <= fixed::max_raw(from); ++r) {
    Pixel<IN, 1> pixel;
    pixel.data[0] = from_raw<IN>(r);
    in.write(pixel);
  }
  function<Config>(in, out, table);
  for (int i = 0; i < Config::entries; ++i)
    ASSERT_EQ(raw_value(out.read().data[0]), table[i]) << i << " of " << fixed::to_string(from);
}

TEST(Function, TakesTheEntryOfEveryValue) {
  check_function<ap_fixed<6, 2>, ap_fixed<8, 1>>();
  check_function<ap_ufixed<6, 2>, ap_fixed<8, 1>>();
  check_function<ap_fixed<6, 9, AP_RND, AP_SAT_SYM>, ap_ufixed<6, -3>>();
  check_function<ap_ufixed<1, 1>, ap_ufixed<1, 1>>();
  check_function<ap_fixed<1, 1>, ap_ufixed<1, 1>>();
}

template <class OUT, class SUM>
void check_quotients(std::int64_t most) {
  const fixed::Format to = FormatOf<OUT>::get();
  for (std::int64_t sum = 1; sum <= most; ++sum)
    for (std::int64_t e = 0; e <= sum; ++e)
      ASSERT_EQ(raw_value(quotient<OUT>(SUM(e), SUM(sum))), fixed::cast_quotient(e, 0, sum, to))
          << e << " / " << sum << " to " << fixed::to_string(to);
}

TEST(Quotient, EveryModeEveryPair) {
  each_mode([](auto to) { check_quotients<decltype(to), ap_int<6>>(16); });
  check_quotients<ap_ufixed<9, 1, AP_RND_CONV, AP_SAT>, std::uint32_t>(40);
  // A grid of eighths of ones, and one of 64ths.
  check_quotients<ap_fixed<4, 7, AP_RND_INF, AP_SAT>, ap_int<7>>(24);
  check_quotients<ap_fixed<5, -1, AP_RND, AP_WRAP_SM>, ap_int<7>>(24);
}

TEST(Quotient, FinerThanAWord) {
  using To = ap_ufixed<31, -33, AP_RND_ZERO, AP_WRAP>;  // 64 fraction bits
  const fixed::Format to = FormatOf<To>::get();
  const std::int64_t sum = (std::int64_t{1} << 52) - 3;
  for (std::int64_t e : {std::int64_t{0}, std::int64_t{1}, sum / 3, sum - 1, sum})
    ASSERT_EQ(raw_value(quotient<To>(ap_int<54>(e), ap_int<54>(sum))),
              fixed::cast_quotient(e, 0, sum, to))
        << e;
}

template <int SUMS, int BEATS>
struct SoftmaxConfig {
  static const int sums = SUMS;
  static const int beats = BEATS;
  static const int sum_width = 12;
  static const int entries = 16;
  typedef unsigned short entry_t;
};

// Four lanes: a sum a beat, or all beats in one.
template <int SUMS, int BEATS>
void check_softmax() {
  using In = ap_fixed<4, 2>;
  using Out = ap_ufixed<8, 1, AP_RND, AP_SAT>;
  unsigned short table[16];
  for (int d = 0; d < 16; ++d)
    table[d] = static_cast<unsigned short>(std::lround(100 * std::exp(-d / 4.0)));
  hls::stream<Pixel<In, 4>> in("in");
  hls::stream<Pixel<Out, 4>> out("out");
  std::vector<int> raw;
  for (int i = 0; i < SUMS * BEATS * 4; ++i) raw.push_back((i * i * 7 + i) % 16 - 8);
  for (int beat = 0; beat < SUMS * BEATS; ++beat) {
    Pixel<In, 4> pixel;
    for (int c = 0; c < 4; ++c) pixel.data[c] = from_raw<In>(raw[beat * 4 + c]);
    in.write(pixel);
  }
  softmax<SoftmaxConfig<SUMS, BEATS>>(in, out, table);
  constexpr int kSize = BEATS * 4;
  for (int s = 0; s < SUMS; ++s) {
    const int* x = &raw[s * kSize];
    const int largest = *std::max_element(x, x + kSize);
    std::int64_t sum = 0;
    for (int i = 0; i < kSize; ++i) sum += table[largest - x[i]];
    for (int beat = 0; beat < BEATS; ++beat) {
      const Pixel<Out, 4> pixel = out.read();
      for (int c = 0; c < 4; ++c)
        ASSERT_EQ(raw_value(pixel.data[c]), fixed::cast_quotient(table[largest - x[beat * 4 + c]],
                                                                 0, sum, FormatOf<Out>::get()))
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
