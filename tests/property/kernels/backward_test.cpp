// Gradients: dx and overflow counts exactly, sums to rounding against the law and bit for bit
// between the reference and every instruction set.
#include <algorithm>
#include <gtest/gtest.h>
// After gtest.h
#include <rapidcheck/gtest.h>

#include "kernels/ref/fake_cast.h"
#include "support/kernel_law.h"
#include "support/kernel_targets.h"

namespace qfx::kernels {
namespace {

using fixed::Format;

// Of a sum whose terms and partial sums are rounded to the carrier, relative to the sum of
// magnitudes; and of each term where it is denormal.
template <class T>
constexpr double kSumTolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
template <class T>
constexpr double kTermTolerance = 2.0 * std::numeric_limits<T>::denorm_min();

enum class Source { PLAIN, RELU, CLIP, SUM, PRODUCT, AFFINE, PRELU };

// By a constant of the channel, cast to one format for all channels.
bool is_scaled(Source source) {
  return source == Source::AFFINE || source == Source::PRELU;
}

// What a backward pass returns, and what the law says it is.
template <class T>
struct Gradients {
  std::vector<T> dx, db;  // db: PRODUCT
  std::vector<PointGradient> points;
  std::vector<double> d_scale, d_offset;
};

struct Sum {
  double value = 0;
  double magnitude = 0;
  double terms = 0;
  void add(double term) {
    value += term;
    magnitude += std::abs(term);
    ++terms;
  }
};

template <class T, class Wide>
struct Case {
  Source source;
  Extent extent;
  Format format;
  std::vector<int> frac_bits;
  std::vector<T> x, b, dy, scale, offset;
  Bounds<T> bounds;

  explicit Case(Source s) : source(s) {
    extent = {*rc::gen::inRange(1, 200), *rc::gen::inRange(1, 40),
              *rc::gen::element(1, 1, 2, 3, 9, 15, 16, 17, 49, 64, 1100)};
    constexpr std::int64_t kMost = 30000;
    extent.outer =
        std::clamp<std::int64_t>(kMost / (extent.channels * extent.inner), 1, extent.outer);
    const auto formats = all_modes(*rc::gen::inRange(1, 17), *rc::gen::arbitrary<bool>());
    format = formats[*rc::gen::inRange<std::size_t>(0, formats.size())];
    for (std::int64_t c = 0; c < extent.channels; ++c)
      frac_bits.push_back(*rc::gen::inRange(-6, 16));
    const auto size = static_cast<std::size_t>(extent.size());
    Numbers<T> numbers(*rc::gen::arbitrary<std::uint64_t>());
    // Of a product's factors the square is a number of T.
    const T limit = *rc::gen::element(T(1e3), source == Source::PRODUCT ? T(1e15) : T(1e30));
    for (std::size_t i = 0; i < size; ++i) {
      const int f = frac_bits[point_of(i)];
      for (std::vector<T>* values : {&x, &b}) {
        const T value = numbers.next(format, f);
        values->push_back(std::abs(value) < limit ? value : T(0.25));
      }
      dy.push_back(numbers.gentle());
    }
    for (std::int64_t c = 0; c < extent.channels; ++c) {
      scale.push_back(numbers.gentle());
      offset.push_back(numbers.gentle());
    }
    if (source != Source::CLIP) return;
    do {
      bounds = numbers.bounds(format, frac_bits[0]);
    } while (std::max(-bounds.min, bounds.max) >= limit);
    for (std::size_t i = 0; i < size; i += 5) x[i] = i % 2 == 0 ? bounds.min : bounds.max;
  }

  std::size_t channel_of(std::size_t i) const {
    return i / static_cast<std::size_t>(extent.inner) % static_cast<std::size_t>(extent.channels);
  }
  std::size_t point_of(std::size_t i) const { return is_scaled(source) ? 0 : channel_of(i); }
  std::size_t point_count() const { return is_scaled(source) ? 1 : frac_bits.size(); }
  bool masks(std::size_t i) const {
    return (source == Source::RELU && x[i] <= 0) ||
           (source == Source::CLIP && (x[i] <= bounds.min || x[i] >= bounds.max));
  }
  // PRELU passes a positive x on as it is.
  bool kept(std::size_t i) const { return source == Source::PRELU && x[i] > 0; }

  double value(std::size_t i) const {
    switch (source) {
      case Source::PLAIN:
        return static_cast<double>(x[i]);
      case Source::RELU:
        return x[i] > 0 ? static_cast<double>(x[i]) : 0.0;
      case Source::CLIP:
        return static_cast<double>(std::clamp(x[i], bounds.min, bounds.max));
      case Source::SUM:
        return static_cast<double>(x[i] + b[i]);
      case Source::PRODUCT:
        return static_cast<double>(x[i] * b[i]);
      case Source::AFFINE:
      case Source::PRELU:
        break;
    }
    if (kept(i)) return static_cast<double>(x[i]);
    const std::size_t c = channel_of(i);
    const Wide product = Wide(scale[c]) * Wide(x[i]);
    return static_cast<double>(source == Source::AFFINE ? product + Wide(offset[c]) : product);
  }

  // The functions of `ref` or the public ones, into fresh results.
  Gradients<T> run(bool reference, bool in_place) const {
    Gradients<T> g;
    g.dx = in_place ? dy : std::vector<T>(x.size(), T(77));
    const T* from = in_place ? g.dx.data() : dy.data();
    g.points.assign(point_count(), {-1, -1});
    g.d_scale.assign(frac_bits.size(), -1);
    g.d_offset.assign(frac_bits.size(), -1);
    const int* f = frac_bits.data();
    switch (source) {
      case Source::PLAIN:
        (reference ? ref::fake_cast_backward<T>
                   : fake_cast_backward<T>)(x.data(), from, g.dx.data(), extent, format, f,
                                            g.points.data());
        break;
      case Source::RELU:
        (reference ? ref::relu_cast_backward<T>
                   : relu_cast_backward<T>)(x.data(), from, g.dx.data(), extent, format, f,
                                            g.points.data());
        break;
      case Source::CLIP:
        (reference ? ref::clip_cast_backward<T>
                   : clip_cast_backward<T>)(x.data(), bounds, from, g.dx.data(), extent, format, f,
                                            g.points.data());
        break;
      case Source::SUM:
        (reference ? ref::add_cast_backward<T> : add_cast_backward<T>)(x.data(), b.data(), from,
                                                                       g.dx.data(), extent, format,
                                                                       f, g.points.data());
        break;
      case Source::PRODUCT:
        g.db.assign(x.size(), T(77));
        (reference ? ref::mul_cast_backward<T>
                   : mul_cast_backward<T>)(x.data(), b.data(), from, g.dx.data(), g.db.data(),
                                           extent, format, f, g.points.data());
        break;
      case Source::AFFINE:
        (reference ? ref::affine_cast_backward<T, Wide>
                   : affine_cast_backward<T, Wide>)(x.data(), scale.data(), offset.data(), from,
                                                    g.dx.data(), extent, format, f[0],
                                                    g.d_scale.data(), g.d_offset.data(),
                                                    g.points.data());
        break;
      case Source::PRELU:
        (reference ? ref::prelu_cast_backward<T, Wide>
                   : prelu_cast_backward<T, Wide>)(x.data(), scale.data(), from, g.dx.data(),
                                                   extent, format, f[0], g.d_scale.data(),
                                                   g.points.data());
        break;
    }
    return g;
  }

  void expect_law(const Gradients<T>& got) const {
    std::vector<Sum> points(point_count()), scales(frac_bits.size()), offsets(frac_bits.size());
    std::vector<std::int64_t> overflows(point_count());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = channel_of(i), p = point_of(i);
      const LawSlope slope = law_slope(value(i), format, frac_bits[p]);
      const T passed = slope.inside && !masks(i) ? dy[i] : T(0);
      const T dx = is_scaled(source) && !kept(i)
                       ? static_cast<T>(static_cast<Wide>(passed) * static_cast<Wide>(scale[c]))
                   : source == Source::PRODUCT ? passed * b[i]
                                               : passed;
      RC_ASSERT(got.dx[i] == dx);
      if (source == Source::PRODUCT) RC_ASSERT(got.db[i] == passed * x[i]);
      points[p].add(static_cast<double>(dy[i]) * slope.point * std::log(2.0));
      overflows[p] += !slope.inside;
      if (!kept(i)) scales[c].add(static_cast<double>(passed) * static_cast<double>(x[i]));
      offsets[c].add(static_cast<double>(passed));
    }
    const auto close = [](double value, const Sum& sum) {
      return std::abs(value - sum.value) <=
             kSumTolerance<Wide> * sum.magnitude + kTermTolerance<Wide> * sum.terms;
    };
    for (std::size_t p = 0; p < points.size(); ++p) {
      RC_ASSERT(close(got.points[p].df, points[p]));
      RC_ASSERT(got.points[p].overflows == overflows[p]);
    }
    for (std::size_t c = 0; c < scales.size(); ++c) {
      if (is_scaled(source)) RC_ASSERT(close(got.d_scale[c], scales[c]));
      if (source == Source::AFFINE) RC_ASSERT(close(got.d_offset[c], offsets[c]));
    }
  }
};

template <class T>
void expect_same_bits(const Gradients<T>& a, const Gradients<T>& b) {
  for (std::size_t i = 0; i < a.dx.size(); ++i) RC_ASSERT(a.dx[i] == b.dx[i]);
  for (std::size_t i = 0; i < a.db.size(); ++i) RC_ASSERT(a.db[i] == b.db[i]);
  for (std::size_t p = 0; p < a.points.size(); ++p) {
    RC_ASSERT(bits_of(a.points[p].df) == bits_of(b.points[p].df));
    RC_ASSERT(a.points[p].overflows == b.points[p].overflows);
  }
  for (std::size_t c = 0; c < a.d_scale.size(); ++c) {
    RC_ASSERT(bits_of(a.d_scale[c]) == bits_of(b.d_scale[c]));
    RC_ASSERT(bits_of(a.d_offset[c]) == bits_of(b.d_offset[c]));
  }
}

template <class T, class Wide>
void check(Source source) {
  const Case<T, Wide> c(source);
  const Gradients<T> reference = c.run(true, false);
  c.expect_law(reference);
  on_every_target([&] {
    expect_same_bits(c.run(false, false), reference);
    expect_same_bits(c.run(false, true), reference);
  });
  if (source != Source::PLAIN) return;
  on_every_target([&] {
    std::int64_t outside = 0;
    for (const PointGradient& point : reference.points) outside += point.overflows;
    RC_ASSERT(count_overflows(c.x.data(), c.extent, c.format, c.frac_bits.data()) == outside);
  });
}

RC_GTEST_PROP(Backward, PlainFloat, ()) {
  check<float, float>(Source::PLAIN);
}
RC_GTEST_PROP(Backward, PlainDouble, ()) {
  check<double, double>(Source::PLAIN);
}
RC_GTEST_PROP(Backward, ReluFloat, ()) {
  check<float, float>(Source::RELU);
}
RC_GTEST_PROP(Backward, ReluDouble, ()) {
  check<double, double>(Source::RELU);
}
RC_GTEST_PROP(Backward, ClipFloat, ()) {
  check<float, float>(Source::CLIP);
}
RC_GTEST_PROP(Backward, ClipDouble, ()) {
  check<double, double>(Source::CLIP);
}
RC_GTEST_PROP(Backward, SumFloat, ()) {
  check<float, float>(Source::SUM);
}
RC_GTEST_PROP(Backward, SumDouble, ()) {
  check<double, double>(Source::SUM);
}
RC_GTEST_PROP(Backward, ProductFloat, ()) {
  check<float, float>(Source::PRODUCT);
}
RC_GTEST_PROP(Backward, ProductDouble, ()) {
  check<double, double>(Source::PRODUCT);
}
RC_GTEST_PROP(Backward, AffineInFloat, ()) {
  check<float, float>(Source::AFFINE);
}
RC_GTEST_PROP(Backward, AffineFromFloatInDouble, ()) {
  check<float, double>(Source::AFFINE);
}
RC_GTEST_PROP(Backward, AffineInDouble, ()) {
  check<double, double>(Source::AFFINE);
}
RC_GTEST_PROP(Backward, PreluInFloat, ()) {
  check<float, float>(Source::PRELU);
}
RC_GTEST_PROP(Backward, PreluFromFloatInDouble, ()) {
  check<float, double>(Source::PRELU);
}
RC_GTEST_PROP(Backward, PreluInDouble, ()) {
  check<double, double>(Source::PRELU);
}

// Slices on any number of threads, added in order, give the same bits each time and on every
// target.
TEST(Backward, SlicesAddUpTheSameEverywhere) {
  const Extent extent{64, 6, 1024};
  const Format format{8, 8, true, fixed::Rounding::RND, fixed::Overflow::SAT};
  const std::vector<int> frac_bits{3, 4, 5, 6, 7, 8};
  Numbers<float> numbers(11);
  std::vector<float> x, dy, dx(static_cast<std::size_t>(extent.size()));
  for (std::int64_t i = 0; i < extent.size(); ++i) {
    x.push_back(numbers.gentle());
    dy.push_back(numbers.gentle());
  }
  const auto run = [&] {
    std::vector<PointGradient> sum(6);
    for (const Slice& slice : slices(extent)) {
      std::vector<PointGradient> part(6);
      fake_cast_backward(x.data() + slice.offset, dy.data() + slice.offset,
                         dx.data() + slice.offset, slice.extent, format, frac_bits.data(),
                         part.data());
      for (std::size_t c = 0; c < 6; ++c) sum[c] += part[c];
    }
    return sum;
  };
  ASSERT_GT(slices(extent).size(), 3u);
  const auto first = run();
  on_every_target([&] {
    const auto again = run();
    for (std::size_t c = 0; c < 6; ++c) {
      EXPECT_EQ(bits_of(again[c].df), bits_of(first[c].df));
      EXPECT_EQ(again[c].overflows, first[c].overflows);
    }
  });
}

}  // namespace
}  // namespace qfx::kernels
