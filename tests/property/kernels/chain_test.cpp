// A chain gives the bits of its stages called one after another, forward and backward, on every
// instruction set.
#include <cmath>
#include <deque>
#include <gtest/gtest.h>
// After gtest.h
#include <rapidcheck/gtest.h>

#include "kernels/plan.h"
#include "support/kernel_law.h"
#include "support/kernel_targets.h"

#include "qfx/kernels/chain.h"

namespace qfx::kernels {
namespace {

template <class T>
using Values = std::vector<T>;

template <class T>
struct Gradients {
  Values<T> dx;
  std::vector<Values<T>> sides;
  std::vector<StageGradient> stages;
};

template <class T>
class Case {
 public:
  Case() {
    extent_ = {*rc::gen::inRange(1, 200), *rc::gen::element(1, 2, 3, 10, 16, 24, 32, 37, 64),
               *rc::gen::element(1, 1, 1, 3, 9, 16, 49, 64, 1100)};
    if (*rc::gen::inRange(0, 20) == 0) extent_ = {3, 5000, *rc::gen::element(1, 2)};
    constexpr std::int64_t kMost = 30000;
    extent_.outer =
        std::clamp<std::int64_t>(kMost / (extent_.channels * extent_.inner), 1, extent_.outer);
    if (*rc::gen::inRange(0, 20) == 0) extent_.outer = 0;
    Numbers<T> numbers(*rc::gen::arbitrary<std::uint64_t>());
    const int count = *rc::gen::inRange(1, 6);
    // Mostly chains that have vector kernels throughout: no point too far for them.
    const bool far = *rc::gen::inRange(0, 4) == 0;
    // A last cast that saturates takes the line itself.
    const bool saturates = *rc::gen::arbitrary<bool>();
    for (int k = 0; k < count; ++k) add_stage(numbers, far, saturates);
    const Stage<T>& first = stages_.front();
    for (std::int64_t i = 0; i < extent_.size(); ++i) {
      x_.push_back(numbers.near(first.format, first.frac_bits));
      dy_.push_back(numbers.gentle());
    }
    for (std::int64_t c = 0; c < extent_.channels; ++c) {
      line_a_.push_back(numbers.gentle());
      line_b_.push_back(numbers.gentle());
    }
  }

  Values<T> forward(bool chained) const {
    Values<T> y(x_.size(), T(77));
    if (chained) {
      Chain<T>(stages_, extent_).forward(x_.data(), y.data());
      return y;
    }
    y = x_;
    for (const Stage<T>& stage : stages_) y = next(stage, y);
    return y;
  }

  Gradients<T> backward(bool chained, std::size_t first, bool with_line, bool in_place) const {
    Gradients<T> g;
    std::vector<Stage<T>> stages = stages_;
    for (Stage<T>& stage : stages) {
      g.sides.emplace_back(x_.size(), T(55));
      if (has_side(stage)) stage.d_side = g.sides.back().data();
    }
    const ChannelLine<T> line{line_a_.data(), line_b_.data()};
    if (chained) {
      g.dx = in_place ? dy_ : Values<T>(x_.size(), T(77));
      Chain<T>(stages, extent_)
          .backward(x_.data(), in_place ? g.dx.data() : dy_.data(), g.dx.data(), first, g.stages,
                    with_line ? &line : nullptr);
      return g;
    }
    std::vector<Values<T>> values{x_};
    for (const Stage<T>& stage : stages) values.push_back(next(stage, values.back()));
    g.dx = dy_;
    if (with_line)
      add_channel_line(values.back().data(), dy_.data(), g.dx.data(), extent_, line.a, line.b);
    g.stages.resize(stages.size());
    for (std::size_t k = stages.size(); k-- > first;) {
      back(stages[k], values[k], g.dx, g.sides[k], g.stages[k]);
    }
    return g;
  }

  void moments(bool chained, std::vector<double>& sums, std::vector<double>& squares) const {
    sums.assign(static_cast<std::size_t>(extent_.channels), 0.0);
    squares = sums;
    if (chained) {
      Chain<T>(stages_, extent_).add_moments(x_.data(), sums.data(), squares.data());
      return;
    }
    const Values<T> y = forward(false);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t c = i / static_cast<std::size_t>(extent_.inner) % sums.size();
      sums[c] += static_cast<double>(y[i]);
      squares[c] += static_cast<double>(y[i]) * static_cast<double>(y[i]);
    }
  }

  std::size_t count() const { return stages_.size(); }

 private:
  static bool has_side(const Stage<T>& stage) {
    return stage.kind == StageKind::ADD || stage.kind == StageKind::MUL;
  }

  void add_stage(Numbers<T>& numbers, bool far, bool saturates) {
    Stage<T> stage;
    stage.kind = static_cast<StageKind>(*rc::gen::inRange(0, 7));
    const auto formats = all_modes(*rc::gen::inRange(1, 17), *rc::gen::arbitrary<bool>());
    stage.format = formats[*rc::gen::inRange<std::size_t>(0, formats.size())];
    if (saturates) {
      stage.format.overflow = fixed::Overflow::SAT;
      stage.format.wrap_bits = 0;
    }
    stage.frac_bits =
        far && *rc::gen::arbitrary<bool>() ? kFarPoint<T> + 1 : *rc::gen::inRange(-2, 12);
    stage.bounds = numbers.bounds(stage.format, stage.frac_bits);
    stage.in_double = *rc::gen::arbitrary<bool>();
    Values<T>& side = arrays_.emplace_back();
    Values<T>& scale = arrays_.emplace_back();
    Values<T>& offset = arrays_.emplace_back();
    if (has_side(stage)) {
      for (std::int64_t i = 0; i < extent_.size(); ++i)
        side.push_back(numbers.near(stage.format, stage.frac_bits));
    }
    for (std::int64_t c = 0; c < extent_.channels; ++c) {
      scale.push_back(numbers.gentle());
      offset.push_back(numbers.gentle());
    }
    stage.side = side.data();
    stage.scale = scale.data();
    stage.offset = offset.data();
    stages_.push_back(stage);
  }

  std::vector<int> points(const Stage<T>& stage) const {
    return std::vector<int>(static_cast<std::size_t>(extent_.channels), stage.frac_bits);
  }

  Values<T> next(const Stage<T>& s, const Values<T>& x) const {
    Values<T> y(x.size(), T(66));
    const std::vector<int> f = points(s);
    switch (s.kind) {
      case StageKind::CAST:
        fake_cast(x.data(), y.data(), extent_, s.format, f.data());
        break;
      case StageKind::RELU:
        relu_cast(x.data(), y.data(), extent_, s.format, f.data());
        break;
      case StageKind::CLIP:
        clip_cast(x.data(), s.bounds, y.data(), extent_, s.format, f.data());
        break;
      case StageKind::ADD:
        add_cast(x.data(), s.side, y.data(), extent_, s.format, f.data());
        break;
      case StageKind::MUL:
        mul_cast(x.data(), s.side, y.data(), extent_, s.format, f.data());
        break;
      case StageKind::AFFINE:
        (s.in_double ? affine_cast<T, double> : affine_cast<T, T>)(x.data(), s.scale, s.offset,
                                                                   y.data(), extent_, s.format,
                                                                   s.frac_bits);
        break;
      case StageKind::PRELU:
        (s.in_double ? prelu_cast<T, double> : prelu_cast<T, T>)(x.data(), s.scale, y.data(),
                                                                 extent_, s.format, s.frac_bits);
        break;
    }
    return y;
  }

  void back(const Stage<T>& s, const Values<T>& x, Values<T>& d, Values<T>& d_side,
            StageGradient& g) const {
    const std::vector<int> f = points(s);
    std::vector<PointGradient> by_channel(f.size());
    g.scale.assign(f.size(), 0.0);
    g.offset.assign(f.size(), 0.0);
    T* const p = d.data();
    switch (s.kind) {
      case StageKind::CAST:
        fake_cast_backward(x.data(), p, p, extent_, s.format, f.data(), by_channel.data());
        break;
      case StageKind::RELU:
        relu_cast_backward(x.data(), p, p, extent_, s.format, f.data(), by_channel.data());
        break;
      case StageKind::CLIP:
        clip_cast_backward(x.data(), s.bounds, p, p, extent_, s.format, f.data(),
                           by_channel.data());
        break;
      case StageKind::ADD:
        add_cast_backward(x.data(), s.side, p, p, extent_, s.format, f.data(), by_channel.data());
        d_side = d;
        break;
      case StageKind::MUL:
        mul_cast_backward(x.data(), s.side, p, p, d_side.data(), extent_, s.format, f.data(),
                          by_channel.data());
        break;
      case StageKind::AFFINE:
        (s.in_double ? affine_cast_backward<T, double>
                     : affine_cast_backward<T, T>)(x.data(), s.scale, s.offset, p, p, extent_,
                                                   s.format, s.frac_bits, g.scale.data(),
                                                   g.offset.data(), &g.point);
        return;
      case StageKind::PRELU:
        (s.in_double ? prelu_cast_backward<T, double>
                     : prelu_cast_backward<T, T>)(x.data(), s.scale, p, p, extent_, s.format,
                                                  s.frac_bits, g.scale.data(), &g.point);
        g.offset.clear();
        return;
    }
    g.scale.clear();
    g.offset.clear();
    for (const PointGradient& channel : by_channel) g.point += channel;
  }

  Extent extent_;
  std::vector<Stage<T>> stages_;
  std::deque<Values<T>> arrays_;  // what the stages point to
  Values<T> x_, dy_, line_a_, line_b_;
};

template <class T>
void expect_same(const Values<T>& a, const Values<T>& b) {
  RC_ASSERT(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    RC_ASSERT(bits_of(a[i]) == bits_of(b[i]) || (std::isnan(a[i]) && std::isnan(b[i])));
}

void expect_same(double a, double b) {
  RC_ASSERT(bits_of(a) == bits_of(b) || (std::isnan(a) && std::isnan(b)));
}

template <class T>
void check() {
  const Case<T> c;
  const std::size_t first = *rc::gen::inRange<std::size_t>(0, c.count() + 1);
  const bool with_line = *rc::gen::arbitrary<bool>(), in_place = *rc::gen::arbitrary<bool>();
  for (const std::int64_t target : machine_targets()) {
    const ForcedTarget forced(target);
    expect_same(c.forward(true), c.forward(false));
    const Gradients<T> got = c.backward(true, first, with_line, in_place);
    const Gradients<T> want = c.backward(false, first, with_line, in_place);
    expect_same(got.dx, want.dx);
    RC_ASSERT(got.stages.size() == want.stages.size());
    for (std::size_t k = first; k < c.count(); ++k) {
      const StageGradient &a = got.stages[k], &b = want.stages[k];
      expect_same(a.point.df, b.point.df);
      RC_ASSERT(a.point.overflows == b.point.overflows);
      expect_same(a.scale, b.scale);
      expect_same(a.offset, b.offset);
      expect_same(got.sides[k], want.sides[k]);
    }
    std::vector<double> sums, squares, plain_sums, plain_squares;
    c.moments(true, sums, squares);
    c.moments(false, plain_sums, plain_squares);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (!std::isfinite(plain_squares[i])) continue;
      const double tolerance = 1e-10 * std::sqrt(plain_squares[i] * 1e5) + 1e-300;
      RC_ASSERT(std::abs(sums[i] - plain_sums[i]) <= tolerance);
      RC_ASSERT(std::abs(squares[i] - plain_squares[i]) <= 1e-10 * plain_squares[i]);
    }
  }
}

RC_GTEST_PROP(Chain, FloatHasTheBitsOfItsStages, ()) {
  check<float>();
}
RC_GTEST_PROP(Chain, DoubleHasTheBitsOfItsStages, ()) {
  check<double>();
}

}  // namespace
}  // namespace qfx::kernels
