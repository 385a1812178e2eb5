// WRAP with saturated bits and WRAP_SM: on every instruction set the vector kernels take every such
// cast themselves, forward and backward, and give the reference's bits.
#include <gtest/gtest.h>
#include <limits>

#include "kernels/call.h"
#include "kernels/product_gradients.h"
#include "kernels/ref/fake_cast.h"
#include "support/kernel_law.h"
#include "support/kernel_targets.h"

namespace qfx::kernels {
namespace {

using fixed::Format;
using fixed::Overflow;
using simd::Source;

std::vector<Format> modes(int width) {
  std::vector<Format> formats;
  for (const bool is_signed : {true, false})
    for (const Format& format : all_modes(width, is_signed))
      if (format.overflow == Overflow::WRAP_SM || format.wrap_bits > 0) formats.push_back(format);
  return formats;
}

template <class T>
bool same(T a, T b) {
  return bits_of(a) == bits_of(b) || (std::isnan(a) && std::isnan(b));
}

template <class T>
struct Gradients {
  std::vector<T> dx;
  std::vector<PointGradient> points;
  std::vector<double> scale, offset;
};

// Vectors without overflow take a way of their own: so many elements have none, then as many may.
constexpr std::int64_t kCalm = 40;

// One cast; C is the type it is computed in.
template <class T, class C>
class Case {
 public:
  Case(Source source, const Extent& extent, const Format& format, int span, bool finite,
       std::uint64_t seed)
      : numbers_(seed), random_(seed) {
    call_ = {.source = source, .x = nullptr, .extent = extent, .format = format, .points = {}};
    const auto below = [&](int n) {
      return static_cast<int>(random_() % static_cast<unsigned>(n));
    };
    for (std::int64_t c = 0; c < extent.channels; ++c) {
      frac_bits_.push_back(below(2 * span + 1) - span);
      scale_.push_back(numbers_.gentle());
      offset_.push_back(numbers_.gentle());
    }
    call_.points = {frac_bits_.data(), is_scaled() ? 0 : 1};
    constexpr T kInfinity = std::numeric_limits<T>::infinity();
    const T special[] = {kInfinity, -kInfinity, std::numeric_limits<T>::quiet_NaN()};
    for (std::int64_t i = 0; i < extent.size(); ++i) {
      const int f = call_.points.of(i / extent.inner % extent.channels);
      if (i / kCalm % 2 == 0) {
        x_.push_back(numbers_.inside(format, f) / (is_scaled() ? 2 : 1));
        b_.push_back(source == Source::PRODUCT ? T(1) : T(0));
        dy_.push_back(numbers_.gentle());
        continue;
      }
      x_.push_back(numbers_.next(format, f));
      b_.push_back(numbers_.near(format, f));
      const T value = source == Source::PRODUCT ? x_.back() * b_.back() : x_.back() + b_.back();
      if (!std::isfinite(value)) b_.back() = 0;
      if (!finite && below(16) == 0) x_.back() = special[below(3)];
      dy_.push_back(numbers_.gentle());
    }
    call_.x = x_.data();
    call_.bounds = numbers_.bounds(format, frac_bits_[0]);
    call_.b = source == Source::SUM || source == Source::PRODUCT ? b_.data() : nullptr;
    call_.scale = is_scaled() ? scale_.data() : nullptr;
    call_.offset = source == Source::AFFINE ? offset_.data() : nullptr;
  }
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;

  void check() const {
    const std::vector<T> y = forward_by_reference();
    const Gradients<T> gradients = backward_by_reference();
    on_every_target([&] {
      expect_forward(y, simd::has_vectors());
      expect_backward(gradients, simd::has_vectors());
    });
  }

 private:
  bool is_scaled() const { return call_.source == Source::AFFINE || call_.source == Source::PRELU; }

  std::vector<T> forward_by_reference() const {
    std::vector<T> y(x_.size());
    const Format& format = call_.format;
    const int* f = frac_bits_.data();
    switch (call_.source) {
      case Source::PLAIN:
        ref::fake_cast(x_.data(), y.data(), call_.extent, format, f);
        break;
      case Source::RELU:
        ref::relu_cast(x_.data(), y.data(), call_.extent, format, f);
        break;
      case Source::CLIP:
        ref::clip_cast(x_.data(), call_.bounds, y.data(), call_.extent, format, f);
        break;
      case Source::SUM:
        ref::add_cast(x_.data(), b_.data(), y.data(), call_.extent, format, f);
        break;
      case Source::PRODUCT:
        ref::mul_cast(x_.data(), b_.data(), y.data(), call_.extent, format, f);
        break;
      case Source::AFFINE:
        ref::affine_cast<T, C>(x_.data(), scale_.data(), offset_.data(), y.data(), call_.extent,
                               format, *f);
        break;
      case Source::PRELU:
        ref::prelu_cast<T, C>(x_.data(), scale_.data(), y.data(), call_.extent, format, *f);
        break;
      case Source::LINED:
        internal_error("LINED is for saturating casts alone");
    }
    return y;
  }

  Gradients<T> backward_by_reference() const {
    Gradients<T> g{std::vector<T>(x_.size()), std::vector<PointGradient>(frac_bits_.size()),
                   std::vector<double>(scale_.size()), std::vector<double>(offset_.size())};
    const Format& format = call_.format;
    const int* f = frac_bits_.data();
    T* dx = g.dx.data();
    PointGradient* points = g.points.data();
    switch (call_.source) {
      case Source::PLAIN:
        ref::fake_cast_backward(x_.data(), dy_.data(), dx, call_.extent, format, f, points);
        break;
      case Source::RELU:
        ref::relu_cast_backward(x_.data(), dy_.data(), dx, call_.extent, format, f, points);
        break;
      case Source::CLIP:
        ref::clip_cast_backward(x_.data(), call_.bounds, dy_.data(), dx, call_.extent, format, f,
                                points);
        break;
      case Source::SUM:
        ref::add_cast_backward(x_.data(), b_.data(), dy_.data(), dx, call_.extent, format, f,
                               points);
        break;
      case Source::PRODUCT:
        ref::mul_cast_backward<T>(x_.data(), b_.data(), dy_.data(), dx, nullptr, call_.extent,
                                  format, f, points);
        break;
      case Source::AFFINE:
        ref::affine_cast_backward<T, C>(x_.data(), scale_.data(), offset_.data(), dy_.data(), dx,
                                        call_.extent, format, *f, g.scale.data(), g.offset.data(),
                                        points);
        break;
      case Source::PRELU:
        ref::prelu_cast_backward<T, C>(x_.data(), scale_.data(), dy_.data(), dx, call_.extent,
                                       format, *f, g.scale.data(), points);
        break;
      case Source::LINED:
        internal_error("LINED is for saturating casts alone");
    }
    if (is_scaled()) g.points.resize(1);
    return g;
  }

  void expect_forward(const std::vector<T>& wanted, bool has_vectors) const {
    auto job = forward_job<C>(call_);
    ASSERT_TRUE(job.has_value()) << text();
    std::vector<T> y(x_.size());
    job->y = y.data();
    ASSERT_EQ(simd::forward(*job), has_vectors) << text();
    for (std::size_t i = 0; has_vectors && i < y.size(); ++i)
      ASSERT_TRUE(same(y[i], wanted[i])) << text() << ", x = " << x_[i] << ", b = " << b_[i]
                                         << ": got " << y[i] << ", wanted " << wanted[i];
  }

  void expect_backward(const Gradients<T>& wanted, bool has_vectors) const {
    Sums<C> sums;
    auto job = backward_job<C>(call_, sums);
    ASSERT_TRUE(job.has_value()) << text();
    std::vector<T> dx(x_.size());
    job->dy = dy_.data();
    job->dx = dx.data();
    ASSERT_EQ(simd::backward(*job), has_vectors) << text();
    if (!has_vectors) return;
    sums.finish(job->walk);
    if (call_.source == Source::PRODUCT)
      split_product(x_.data(), b_.data(), dx.data(), nullptr, call_.extent.size());
    for (std::size_t i = 0; i < dx.size(); ++i)
      ASSERT_TRUE(same(dx[i], wanted.dx[i])) << text() << ", x = " << x_[i];
    std::vector<PointGradient> points;
    if (is_scaled()) {
      points.push_back(common_point(sums.channels, call_.extent.size()));
    } else {
      for (const simd::ChannelSums& channel : sums.channels)
        points.push_back(point_gradient(channel.point,
                                        call_.extent.outer * call_.extent.inner - channel.inside));
    }
    for (std::size_t c = 0; c < points.size(); ++c) {
      ASSERT_TRUE(same(points[c].df, wanted.points[c].df)) << text() << ", channel " << c;
      ASSERT_EQ(points[c].overflows, wanted.points[c].overflows) << text() << ", channel " << c;
    }
    for (std::size_t c = 0; is_scaled() && c < sums.channels.size(); ++c) {
      ASSERT_TRUE(same(sums.channels[c].scale, wanted.scale[c])) << text() << ", channel " << c;
      ASSERT_TRUE(same(sums.channels[c].offset, wanted.offset[c])) << text() << ", channel " << c;
    }
  }

  std::string text() const {
    return to_string(with_frac_bits(call_.format, frac_bits_[0])) + ", " +
           std::to_string(call_.extent.channels) + " channels";
  }

  Numbers<T> numbers_;
  std::mt19937_64 random_;
  Call<T> call_;
  std::vector<int> frac_bits_;
  std::vector<T> x_, b_, dy_, scale_, offset_;
};

// Every mode at some widths; per tensor, channels first and channels last; near binary points and
// the farthest that are not the reference's.
template <class T, class C>
void check(Source source) {
  std::uint64_t seed = 0;
  for (const int width : {1, 2, 5, 8, 16, kCarrierWidth<T> - 1, kCarrierWidth<T>}) {
    for (const Format& format : modes(width)) {
      for (const Extent& extent : {Extent{1, 1, 333}, Extent{3, 5, 23}, Extent{37, 9, 1}}) {
        for (const bool finite : {true, false}) {
          const int span = ++seed % 5 == 0 ? kFarPoint<T> : 20;
          Case<T, C>(source, extent, format, span, finite, seed).check();
          if (::testing::Test::HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST(WrapByVectors, PlainFloat) {
  check<float, float>(Source::PLAIN);
}
TEST(WrapByVectors, PlainDouble) {
  check<double, double>(Source::PLAIN);
}
TEST(WrapByVectors, ReluFloat) {
  check<float, float>(Source::RELU);
}
TEST(WrapByVectors, ReluDouble) {
  check<double, double>(Source::RELU);
}
TEST(WrapByVectors, ClipFloat) {
  check<float, float>(Source::CLIP);
}
TEST(WrapByVectors, ClipDouble) {
  check<double, double>(Source::CLIP);
}
TEST(WrapByVectors, SumFloat) {
  check<float, float>(Source::SUM);
}
TEST(WrapByVectors, SumDouble) {
  check<double, double>(Source::SUM);
}
TEST(WrapByVectors, ProductFloat) {
  check<float, float>(Source::PRODUCT);
}
TEST(WrapByVectors, ProductDouble) {
  check<double, double>(Source::PRODUCT);
}
TEST(WrapByVectors, AffineInFloat) {
  check<float, float>(Source::AFFINE);
}
TEST(WrapByVectors, AffineFromFloatInDouble) {
  check<float, double>(Source::AFFINE);
}
TEST(WrapByVectors, AffineInDouble) {
  check<double, double>(Source::AFFINE);
}
TEST(WrapByVectors, PreluInFloat) {
  check<float, float>(Source::PRELU);
}
TEST(WrapByVectors, PreluFromFloatInDouble) {
  check<float, double>(Source::PRELU);
}
TEST(WrapByVectors, PreluInDouble) {
  check<double, double>(Source::PRELU);
}

// What is left to the reference.
TEST(WrapByVectors, NoJobForFarPoints) {
  const Format format{8, 8, true, fixed::Rounding::RND, Overflow::WRAP_SM, 0};
  for (const int f : {kFarPoint<float>, kFarPoint<float> + 1}) {
    const Call<float> call{
        .source = Source::PLAIN, .x = nullptr, .extent = {}, .format = format, .points = {&f}};
    Sums<float> sums;
    EXPECT_EQ(forward_job<float>(call).has_value(), f == kFarPoint<float>);
    EXPECT_EQ(backward_job<float>(call, sums).has_value(), f == kFarPoint<float>);
  }
}

}  // namespace
}  // namespace qfx::kernels
