// Channels-last convolutions of random shapes, depthwise ones among them, against plain loops, on
// every target.
#include "qfx/kernels/pixel_conv.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

#include "support/conv_shapes.h"
#include "support/simd_targets.h"

#include "qfx/kernels/int_gemm.h"

namespace qfx::kernels {
namespace {

class Case {
 public:
  explicit Case(std::uint64_t seed) : random_(seed) {
    shape_ = test::random_conv_shape(random_, random_() % 3 == 0, 3);
    x_frac_bits_ = static_cast<int>(pick(-3, 9));
    for (std::int64_t o = pick(0, 1) == 0 ? 1 : shape_.out_channels; o > 0; --o)
      weight_frac_bits_.push_back(static_cast<int>(pick(-3, 9)));
  }

  // The depthwise shape that VNNI has a kernel of its own for, around the sizes of its tiles.
  void make_byte_columns() {
    shape_ = {.channels = pick(1, 40),
              .height = pick(3, 8),
              .width = pick(3, 24),
              .kernel_height = 3,
              .kernel_width = 3,
              .stride_height = pick(1, 2),
              .stride_width = pick(1, 2),
              .pad_top = pick(0, 1),
              .pad_left = pick(0, 1),
              .pad_bottom = pick(0, 1),
              .pad_right = pick(0, 1),
              .dilation_height = pick(0, 3) == 0 && shape_.height >= 5 ? 2 : 1};
    shape_.channels = std::max<std::int64_t>(shape_.channels, 2);
    shape_.out_channels = shape_.groups = shape_.channels;
    if (shape_.height + shape_.pad_top + shape_.pad_bottom < 5) shape_.dilation_height = 1;
    weight_frac_bits_ = {0};
  }

  // 24-bit sums come out as floats, longer ones as doubles.
  template <class T, class Y>
  void check(std::int64_t x_limit, std::int64_t w_limit) {
    std::vector<std::int32_t> raw(shape_.channels * shape_.height * shape_.width);
    std::vector<std::int32_t> weights(shape_.out_channels * shape_.group_channels() *
                                      shape_.taps());
    for (std::int32_t& value : raw) value = static_cast<std::int32_t>(near(x_limit));
    for (std::int32_t& value : weights) value = static_cast<std::int32_t>(near(w_limit));
    std::vector<T> x;
    for (const std::int32_t value : raw)
      x.push_back(static_cast<T>(std::ldexp(value, -x_frac_bits_)));
    const PixelConv conv(shape_, weights, -x_limit, x_limit - 1, x_frac_bits_, weight_frac_bits_);
    std::vector<std::int16_t> scratch = conv.scratch();
    std::vector<Y> y(shape_.out_height() * shape_.out_width() * shape_.out_channels, Y(-77));
    for (int image = 0; image < 2; ++image) conv.run(x.data(), y.data(), scratch.data());
    for (std::int64_t oy = 0; oy < shape_.out_height(); ++oy)
      for (std::int64_t ox = 0; ox < shape_.out_width(); ++ox)
        for (std::int64_t o = 0; o < shape_.out_channels; ++o)
          ASSERT_EQ(y[(oy * shape_.out_width() + ox) * shape_.out_channels + o],
                    static_cast<Y>(std::ldexp(sum(raw, weights, oy, ox, o), -sum_frac_bits(o))))
              << oy << ' ' << ox << ' ' << o << " of " << shape_.channels << "x" << shape_.height
              << "x" << shape_.width;
  }

  // Raw values in, raw sums out.
  template <class T>
  void check_bytes() {
    using Limits = std::numeric_limits<T>;
    std::vector<std::int32_t> raw(shape_.channels * shape_.height * shape_.width);
    std::vector<std::int32_t> weights(shape_.out_channels * shape_.group_channels() *
                                      shape_.taps());
    for (std::int32_t& value : raw)
      value = static_cast<std::int32_t>(pick(Limits::min(), Limits::max()));
    for (std::int32_t& value : weights) value = static_cast<std::int32_t>(near(128));
    const std::vector<T> x(raw.begin(), raw.end());
    const PixelConv conv(shape_, weights, Limits::min(), Limits::max(), x_frac_bits_,
                         weight_frac_bits_);
    EXPECT_TRUE(shape_.is_depthwise() || conv.of_bytes() == has_int8_dot());
    std::vector<std::int16_t> scratch = conv.scratch();
    std::vector<std::int32_t> y(shape_.out_height() * shape_.out_width() * shape_.out_channels, 7);
    conv.run(x.data(), y.data(), scratch.data());
    std::size_t i = 0;
    for (std::int64_t oy = 0; oy < shape_.out_height(); ++oy)
      for (std::int64_t ox = 0; ox < shape_.out_width(); ++ox)
        for (std::int64_t o = 0; o < shape_.out_channels; ++o)
          ASSERT_EQ(y[i++], sum(raw, weights, oy, ox, o));
    check_narrow<T, std::int16_t>(x, y, weights);
    check_narrow<T, std::int8_t>(x, y, weights);
  }

  // Sums as numbers of 8 or 16 bits, some rows at a time.
  template <class T, class Y>
  void check_narrow(const std::vector<T>& x, const std::vector<std::int32_t>& sums,
                    const std::vector<std::int32_t>& weights) {
    std::vector<std::int32_t> start, shift;
    for (std::int64_t o = 0; o < shape_.out_channels; ++o) {
      start.push_back(static_cast<std::int32_t>(pick(-5000, 5000)));
      shift.push_back(static_cast<std::int32_t>(pick(0, 12)));
    }
    using Limits = std::numeric_limits<T>;
    PixelConv conv(shape_, weights, Limits::min(), Limits::max(), x_frac_bits_, weight_frac_bits_);
    conv.narrow_sums(start, shift);
    std::vector<std::byte> image(conv.image_bytes());
    conv.pad(image.data());
    conv.lay_out(x.data(), image.data());
    const std::int64_t row = shape_.out_width() * shape_.out_channels;
    std::vector<Y> y(sums.size());
    for (std::int64_t first = 0; first < shape_.out_height();) {
      const std::int64_t rows = std::min(pick(1, 3), shape_.out_height() - first);
      conv.multiply(image.data(), first, rows, y.data() + first * row);
      first += rows;
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const std::size_t o = i % static_cast<std::size_t>(shape_.out_channels);
      const std::int64_t exact = (std::int64_t{sums[i]} + start[o]) >> shift[o];
      ASSERT_EQ(y[i], std::clamp<std::int64_t>(exact, std::numeric_limits<Y>::min(),
                                               std::numeric_limits<Y>::max()));
    }
    if (conv.template is_image<T>()) {
      EXPECT_EQ(std::memcmp(image.data(), x.data(), x.size() * sizeof(T)), 0);
    }
  }

 private:
  std::int64_t pick(std::int64_t lo, std::int64_t hi) { return test::pick(random_, lo, hi); }
  std::int64_t near(std::int64_t limit) {
    const std::uint64_t way = random_() % 8;
    return way == 0 ? -limit : way == 1 ? limit - 1 : pick(-limit, limit - 1);
  }
  int sum_frac_bits(std::int64_t o) const {
    return x_frac_bits_ + weight_frac_bits_[weight_frac_bits_.size() == 1 ? 0 : o];
  }
  double sum(const std::vector<std::int32_t>& x, const std::vector<std::int32_t>& w,
             std::int64_t oy, std::int64_t ox, std::int64_t o) const {
    const ConvShape& s = shape_;
    const std::int64_t first = o / s.group_outputs() * s.group_channels();
    std::int64_t total = 0;
    for (std::int64_t c = 0; c < s.group_channels(); ++c)
      for (std::int64_t ky = 0; ky < s.kernel_height; ++ky)
        for (std::int64_t kx = 0; kx < s.kernel_width; ++kx) {
          const std::int64_t iy = oy * s.stride_height - s.pad_top + ky * s.dilation_height;
          const std::int64_t ix = ox * s.stride_width - s.pad_left + kx * s.dilation_width;
          if (iy < 0 || iy >= s.height || ix < 0 || ix >= s.width) continue;
          total += std::int64_t{x[(iy * s.width + ix) * s.channels + first + c]} *
                   w[((o * s.group_channels() + c) * s.kernel_height + ky) * s.kernel_width + kx];
        }
    return static_cast<double>(total);
  }

  std::mt19937_64 random_;
  ConvShape shape_;
  int x_frac_bits_ = 0;
  std::vector<int> weight_frac_bits_;
};

TEST(PixelConv, OfBytesMatchesPlainLoopsOnEveryTarget) {
  test::for_each_simd_target([&] {
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
      Case(seed).check_bytes<std::int8_t>();
      Case(seed).check_bytes<std::uint8_t>();
      Case columns(seed);
      columns.make_byte_columns();
      columns.check_bytes<std::int8_t>();
      columns.check_bytes<std::uint8_t>();
      columns.check<float, float>(1 << 7, 1 << 7);
    }
  });
}

TEST(PixelConv, MatchesPlainLoopsOnEveryTarget) {
  test::for_each_simd_target([&] {
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
      Case(seed).check<float, float>(1 << 9, 1 << 8);  // 81 products of 17 bits: 24 bits
      Case(seed).check<float, double>(1 << 13, 1 << 11);
      Case(seed).check<double, double>(1 << 15, 1 << 9);
      Case(seed).check<double, float>(1 << 8, 1 << 9);
      Case(seed).check<float, float>(1 << 7, 1 << 7);  // bytes
      Case(seed).check<double, double>(1 << 7, 1 << 7);
    }
  });
}

}  // namespace
}  // namespace qfx::kernels
