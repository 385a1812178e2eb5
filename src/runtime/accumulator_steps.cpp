// Sums that are rounded after every addition: conv2d, linear and the mean pools with an accumulator
// format. The channels of a pixel go through their additions together, in a mean pool all of a row.
#include <algorithm>
#include <cstdlib>

#include "runtime/carver.h"
#include "runtime/pooling.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/base/error.h"
#include "qfx/fixed/raw.h"
#include "qfx/kernels/int_conv.h"
#include "qfx/kernels/int_mean_cast.h"
#include "qfx/kernels/int_pool.h"

namespace qfx::runtime {
namespace {

using kernels::ConvShape;
using kernels::IntCast;

// sum = cast(sum + term) to the accumulator, the addition on the finer of the two grids. The range
// analysis proves that what is cast fits 63 bits.
class RoundedAddition {
 public:
  // Terms are within largest * 2^-term_frac_bits.
  RoundedAddition(const fixed::Format& accumulator, int term_frac_bits, std::int64_t largest)
      : grid_(std::max(accumulator.frac_bits(), term_frac_bits)),
        factor_(aligned(1, accumulator.frac_bits(), grid_)),
        exact_(exact_range(accumulator, largest * aligned(1, term_frac_bits, grid_))),
        cast_(grid_, accumulator, exact_.lo, exact_.hi) {}

  int grid() const { return grid_; }
  // Of what is cast.
  const graph::Interval& exact_range() const { return exact_; }
  std::int64_t factor() const { return factor_; }
  // exact: sum * factor + term, on the grid.
  template <class Acc>
  void finish(const Acc* exact, Acc* sums, std::int64_t count) const {
    cast_(exact, sums, count);
  }

 private:
  graph::Interval exact_range(const fixed::Format& accumulator, std::int64_t most) const {
    const fixed::Interval held = fixed::held_range(accumulator);
    return {held.lo * factor_ - most, held.hi * factor_ + most};
  }

  int grid_;
  std::int64_t factor_;
  graph::Interval exact_;
  IntCast cast_;
};

std::int64_t largest_of(const graph::Interval& x) {
  return std::max(std::abs(x.lo), std::abs(x.hi));
}

// Calls add(pixel, tap) for the pixels under a window that lie in the image, row by row.
template <class Add>
void for_each_tap(const ConvShape& s, std::int64_t oy, std::int64_t ox, const Add& add) {
  for (std::int64_t ky = 0; ky < s.kernel_height; ++ky)
    for (std::int64_t kx = 0; kx < s.kernel_width; ++kx) {
      const std::int64_t y = oy * s.stride_height - s.pad_top + ky * s.dilation_height;
      const std::int64_t x = ox * s.stride_width - s.pad_left + kx * s.dilation_width;
      if (y >= 0 && y < s.height && x >= 0 && x < s.width)
        add(y * s.width + x, ky * s.kernel_width + kx);
    }
}

// The products of a conv2d or linear.
class RoundedProducts {
 public:
  using Sum = std::int64_t;

  RoundedProducts(const Analyzed& analyzed, graph::NodeId id, const ConvShape& shape)
      : shape_(shape) {
    const graph::FrozenNode& node = analyzed.node(id);
    const fixed::Format& format = *graph::accumulator_of(node.op);
    const graph::FrozenParam& weight = node.params.at(graph::Role::Weight);
    const graph::FrozenParam* bias = find(node.params, graph::Role::Bias);
    const int x_frac_bits = analyzed.source(id).format.frac_bits();
    const std::int64_t largest = largest_of(analyzed.source_range(id));
    const std::int64_t operands = shape.group_channels() * shape.taps();
    weights_.resize(weight.raw.size());
    for (std::int64_t o = 0; o < shape.out_channels; ++o) {
      const bool is_first = o % shape.group_outputs() == 0;
      if (is_first || weight.frac_bits(o) != weight.frac_bits(o - 1)) {
        const std::int64_t factor = largest_of(graph::held_range(weight.format));
        runs_.push_back({o, 0, {format, x_frac_bits + weight.frac_bits(o), largest * factor}});
      }
      ++runs_.back().count;
      for (std::int64_t k = 0; k < operands; ++k)
        weights_[k * shape.out_channels + o] =
            aligned(weight.raw[o * operands + k], x_frac_bits + weight.frac_bits(o),
                    runs_.back().addition.grid());
      start_.push_back(bias == nullptr ? 0
                                       : fixed::cast_raw(bias->raw[o], bias->frac_bits(o), format));
    }
  }

  // x: an image, {pixels, channels}. sums: of a row of outputs, as is exact.
  void operator()(const std::int32_t* x, std::int64_t oy, Sum* sums, Sum* exact) const {
    for (std::int64_t ox = 0; ox < shape_.out_width(); ++ox, sums += shape_.out_channels)
      add_up(x, oy, ox, sums, exact);
  }

 private:
  // Neighbouring output channels of a group whose products are on one grid.
  struct ChannelRun {
    std::int64_t first, count;
    RoundedAddition addition;
  };

  void add_up(const std::int32_t* x, std::int64_t oy, std::int64_t ox, Sum* sums,
              Sum* exact) const {
    std::copy(start_.begin(), start_.end(), sums);
    for (const ChannelRun& run : runs_) {
      const std::int64_t first_input = run.first / shape_.group_outputs() * shape_.group_channels();
      const std::int64_t factor = run.addition.factor();
      Sum* own = sums + run.first;
      for (std::int64_t i = 0; i < shape_.group_channels(); ++i)
        for_each_tap(shape_, oy, ox, [&](std::int64_t pixel, std::int64_t tap) {
          const std::int64_t value = x[pixel * shape_.channels + first_input + i];
          const std::int64_t* w =
              weights_.data() + (i * shape_.taps() + tap) * shape_.out_channels + run.first;
          for (std::int64_t o = 0; o < run.count; ++o) exact[o] = own[o] * factor + w[o] * value;
          run.addition.finish(exact, own, run.count);
        });
    }
  }

  ConvShape shape_;
  std::vector<std::int64_t> weights_;  // {operands of an output, out_channels}, on the runs' grids
  std::vector<std::int64_t> start_;
  std::vector<ChannelRun> runs_;
};

RoundedAddition pixel_addition(const Analyzed& analyzed, graph::NodeId id) {
  return {*graph::accumulator_of(analyzed.node(id).op), analyzed.source(id).format.frac_bits(),
          largest_of(analyzed.source_range(id))};
}

// The pixels of a mean pool. S holds what is cast and the sums.
template <class S>
class RoundedPixels {
 public:
  using Sum = S;

  RoundedPixels(const Analyzed& analyzed, graph::NodeId id, const ConvShape& shape)
      : shape_(shape),
        counts_(counts_of(analyzed, id)),
        is_scaled_(!counts_.is_uniform()),
        addition_(pixel_addition(analyzed, id)),
        factor_(static_cast<S>(addition_.factor())),
        x_factor_(
            static_cast<S>(aligned(1, analyzed.source(id).format.frac_bits(), addition_.grid()))) {}

  // A row of outputs at a time. A pixel outside would add 0, which changes nothing.
  void operator()(const std::int32_t* x, std::int64_t oy, S* sums, S* exact) const {
    const std::int64_t channels = shape_.channels;
    std::fill_n(sums, shape_.out_width() * channels, S{0});
    for (std::int64_t ky = 0; ky < shape_.kernel_height; ++ky) {
      const std::int64_t row = oy * shape_.stride_height - shape_.pad_top + ky * shape_.dilation_height;
      if (row < 0 || row >= shape_.height) continue;
      for (std::int64_t kx = 0; kx < shape_.kernel_width; ++kx) {
        // The outputs for which this column of the window lies inside.
        const std::int64_t left = kx * shape_.dilation_width - shape_.pad_left;
        std::int64_t first = 0, last = shape_.out_width();
        while (first < last && first * shape_.stride_width + left < 0) ++first;
        while (last > first && (last - 1) * shape_.stride_width + left >= shape_.width) --last;
        add(x + (row * shape_.width + first * shape_.stride_width + left) * channels, last - first,
            sums + first * channels, exact);
      }
    }
    if (is_scaled_) scale_row(counts_, oy, channels, sums);
  }

 private:
  // Pixels a stride apart to as many sums.
  void add(const std::int32_t* x, std::int64_t pixels, S* sums, S* exact) const {
    const std::int64_t channels = shape_.channels, step = shape_.stride_width * channels;
    if (factor_ == 1 && x_factor_ == 1) {
      kernels::add_pixels(x, step, pixels, channels, sums);
      return addition_.finish(sums, sums, pixels * channels);
    }
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t i = pixel * channels + c;
        exact[i] = sums[i] * factor_ + static_cast<S>(x[pixel * step + c]) * x_factor_;
      }
    addition_.finish(exact, sums, pixels * channels);
  }

  ConvShape shape_;
  graph::WindowCounts counts_;
  bool is_scaled_;  // where windows count differently
  RoundedAddition addition_;
  S factor_, x_factor_;
};

// Sums: those of a row of outputs. Cast: from them to the node's format.
template <class Sums, class Cast>
class RoundedSumStep : public Step {
 public:
  RoundedSumStep(const Analyzed& analyzed, graph::NodeId id, const ConvShape& shape, Cast cast)
      : Step(describe("rounded after every addition", analyzed.range(id).accumulator_width)),
        shape_(shape),
        from_(layout_of(analyzed, analyzed.node(id).inputs[0])),
        to_(layout_of(analyzed, id)),
        sums_(analyzed, id, shape),
        cast_(std::move(cast)) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    const Buffers buffers = carve(carver);
    std::int64_t at = 0;
    for (std::int64_t image = 0; image < images; ++image) {
      kernels::widen(inputs[0] + from_.offset(image * from_.elements()), from_.storage,
                     from_.elements(), buffers.x);
      for (std::int64_t oy = 0; oy < shape_.out_height(); ++oy, at += row_size()) {
        sums_(buffers.x, oy, buffers.sums, buffers.exact);
        cast_(buffers.sums, buffers.words, row_size());
        kernels::narrow(buffers.words, row_size(), output + to_.offset(at), to_.storage);
      }
    }
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    Carver carver(nullptr);
    carve(carver);
    return carver.used();
  }

 private:
  struct Buffers {
    std::int32_t *x, *words;
    typename Sums::Sum *sums, *exact;
  };

  std::int64_t row_size() const { return shape_.out_width() * to_.channels; }
  Buffers carve(Carver& carver) const {
    Buffers buffers;
    buffers.x = carver.take<std::int32_t>(from_.elements());
    buffers.words = carver.take<std::int32_t>(row_size());
    buffers.sums = carver.take<typename Sums::Sum>(row_size());
    buffers.exact = carver.take<typename Sums::Sum>(row_size());
    return buffers;
  }

  ConvShape shape_;
  TensorLayout from_, to_;
  Sums sums_;
  Cast cast_;
};

std::unique_ptr<Step> make_products(const Analyzed& analyzed, graph::NodeId id,
                                    const ConvShape& shape) {
  return std::make_unique<RoundedSumStep<RoundedProducts, IntCast>>(analyzed, id, shape,
                                                                    accumulator_cast(analyzed, id));
}

std::unique_ptr<Step> make_mean(const Analyzed& analyzed, graph::NodeId id,
                                const kernels::Pooling& p) {
  const ConvShape shape{.channels = p.channels,
                        .height = p.height,
                        .width = p.width,
                        .out_channels = p.channels,
                        .groups = p.channels,
                        .kernel_height = p.kernel_height,
                        .kernel_width = p.kernel_width,
                        .stride_height = p.stride_height,
                        .stride_width = p.stride_width,
                        .pad_top = p.pad_top,
                        .pad_left = p.pad_left,
                        .pad_bottom = p.pad_bottom,
                        .pad_right = p.pad_right,
                        .dilation_height = p.dilation_height,
                        .dilation_width = p.dilation_width};
  if (fits<std::int32_t>(pixel_addition(analyzed, id).exact_range()) &&
      fits<std::int32_t>(analyzed.range(id).accumulator))
    return std::make_unique<RoundedSumStep<RoundedPixels<std::int32_t>, kernels::IntMeanCast>>(
        analyzed, id, shape, mean_cast(analyzed, id));
  return std::make_unique<RoundedSumStep<RoundedPixels<std::int64_t>, kernels::IntMeanCast>>(
      analyzed, id, shape, mean_cast(analyzed, id));
}

}  // namespace

std::unique_ptr<Step> make_rounded_sum(const Analyzed& analyzed, graph::NodeId id) {
  const graph::Shape& in = analyzed.source(id).shape;
  using Made = std::unique_ptr<Step>;
  return std::visit(
      graph::Overloaded{
          [&](const graph::Conv2d& conv) {
            return make_products(analyzed, id, kernels::conv_shape(conv, in[0], in[1], in[2]));
          },
          [&](const graph::Linear& linear) {
            return make_products(analyzed, id,
                                 {.channels = in[0], .out_channels = linear.out_features});
          },
          [&](const graph::AvgPool2d& pool) {
            return make_mean(analyzed, id, pooling_of(analyzed, id, pool));
          },
          [&](const graph::GlobalAvgPool2d& pool) {
            return make_mean(analyzed, id, pooling_of(analyzed, id, pool));
          },
          [&](const auto& kind) -> Made { internal_error("{} adds nothing up", kind.kName); },
      },
      analyzed.node(id).op);
}

}  // namespace qfx::runtime
