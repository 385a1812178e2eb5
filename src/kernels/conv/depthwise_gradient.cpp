#include "qfx/kernels/depthwise_gradient.h"

#include <algorithm>

#include "kernels/conv/depthwise_runs.h"

#include "qfx/base/error.h"

namespace qfx::kernels {
namespace {

// The taps of one axis that bring output values to the pixels of x that are `phase` modulo the
// stride, and which output they bring to the first of them.
struct AxisTap {
  std::int64_t tap, at;
};

std::vector<AxisTap> taps_back(std::int64_t phase, std::int64_t taps, std::int64_t stride,
                               std::int64_t padding, std::int64_t dilation) {
  std::vector<AxisTap> found;
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    const std::int64_t scaled = phase + padding - tap * dilation;
    if (scaled % stride == 0) found.push_back({tap, scaled / stride});
  }
  return found;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0);
}

}  // namespace

DepthwiseGradient::Framed DepthwiseGradient::Framed::of(
    std::int64_t height, std::int64_t width, std::int64_t channels, std::int64_t lowest_row,
    std::int64_t highest_row, std::int64_t lowest_column, std::int64_t highest_column) {
  Framed framed{.height = height, .width = width, .channels = channels};
  framed.above = std::max<std::int64_t>(0, -lowest_row);
  framed.left = std::max<std::int64_t>(0, -lowest_column);
  framed.rows = framed.above + std::max(height, highest_row + 1);
  framed.columns = framed.left + std::max(width, highest_column + 1);
  return framed;
}

void DepthwiseGradient::Framed::fill(const float* image, float* framed) const {
  for (std::int64_t row = 0; row < height; ++row)
    std::copy_n(image + row * width * channels, width * channels, framed + offset(row, 0));
}

DepthwiseGradient::DepthwiseGradient(const ConvShape& shape, std::span<const float> weights)
    : shape_(shape), weights_(weights.size()) {
  QFX_ASSERT(shape.is_depthwise());
  const ConvShape& s = shape_;
  QFX_ASSERT(static_cast<std::int64_t>(weights.size()) == s.channels * s.taps());
  for (std::int64_t c = 0; c < s.channels; ++c)
    for (std::int64_t tap = 0; tap < s.taps(); ++tap)
      weights_[static_cast<std::size_t>(tap * s.channels + c)] =
          weights[static_cast<std::size_t>(c * s.taps() + tap)];
  const std::int64_t reach_down = (s.kernel_height - 1) * s.dilation_height;
  const std::int64_t reach_right = (s.kernel_width - 1) * s.dilation_width;
  x_ = Framed::of(s.height, s.width, s.channels, -s.pad_top,
                  (s.out_height() - 1) * s.stride_height - s.pad_top + reach_down, -s.pad_left,
                  (s.out_width() - 1) * s.stride_width - s.pad_left + reach_right);
  dy_ = Framed::of(s.out_height(), s.out_width(), s.channels,
                   floor_div(s.pad_top - reach_down, s.stride_height),
                   (s.height - 1 + s.pad_top) / s.stride_height,
                   floor_div(s.pad_left - reach_right, s.stride_width),
                   (s.width - 1 + s.pad_left) / s.stride_width);
  set_taps();
}

void DepthwiseGradient::set_taps() {
  const ConvShape& s = shape_;
  const auto weights_at = [&](std::int64_t y, std::int64_t x) {
    return (y * s.kernel_width + x) * s.channels;
  };
  for (std::int64_t y = 0; y < s.kernel_height; ++y)
    for (std::int64_t x = 0; x < s.kernel_width; ++x)
      forward_.push_back({(y * s.dilation_height * x_.columns + x * s.dilation_width) * s.channels,
                          weights_at(y, x)});
  for (std::int64_t row = 0; row < s.stride_height; ++row) {
    const auto rows =
        taps_back(row, s.kernel_height, s.stride_height, s.pad_top, s.dilation_height);
    for (std::int64_t column = 0; column < s.stride_width; ++column) {
      std::vector<DepthwiseTap>& taps = back_.emplace_back();
      const auto columns =
          taps_back(column, s.kernel_width, s.stride_width, s.pad_left, s.dilation_width);
      for (const AxisTap& y : rows)
        for (const AxisTap& x : columns)
          taps.push_back({dy_.offset(y.at, x.at), weights_at(y.tap, x.tap)});
    }
  }
}

void DepthwiseGradient::run(const float* x, const float* dy, float* dx, float* dw,
                            float* scratch) const {
  x_.fill(x, scratch);
  add_of_weights(scratch, dy, dw);
  if (dx == nullptr) return;
  float* framed_dy = scratch + x_.size();
  dy_.fill(dy, framed_dy);
  of_input(framed_dy, dx);
}

void DepthwiseGradient::add_of_weights(const float* x, const float* dy, float* dw) const {
  const ConvShape& s = shape_;
  const DepthwiseRun run{forward_, s.out_width(), s.channels, s.stride_width * s.channels,
                         s.channels};
  for (std::int64_t row = 0; row < s.out_height(); ++row)
    weigh(run, x + x_.offset(row * s.stride_height - s.pad_top, -s.pad_left),
          dy + row * s.out_width() * s.channels, dw);
}

void DepthwiseGradient::of_input(const float* dy, float* dx) const {
  const ConvShape& s = shape_;
  for (std::int64_t row = 0; row < s.height; ++row) {
    const float* from = dy + row / s.stride_height * dy_.columns * s.channels;
    for (std::int64_t phase = 0; phase < std::min(s.stride_width, s.width); ++phase) {
      const auto list = row % s.stride_height * s.stride_width + phase;
      const std::int64_t pixels = (s.width - phase + s.stride_width - 1) / s.stride_width;
      gather({back_[static_cast<std::size_t>(list)], pixels, s.channels, s.channels,
              s.stride_width * s.channels},
             from, weights_.data(), dx + (row * s.width + phase) * s.channels);
    }
  }
}

}  // namespace qfx::kernels
