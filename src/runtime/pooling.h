// What the steps of the pools have in common.
#pragma once

#include "runtime/proof.h"

#include "qfx/graph/window_counts.h"
#include "qfx/kernels/int_mean_cast.h"
#include "qfx/kernels/int_pool.h"

namespace qfx::runtime {

// pool: max_pool2d or avg_pool2d.
kernels::Pooling pooling_of(const Analyzed& analyzed, graph::NodeId id, const auto& pool) {
  const graph::Shape& in = analyzed.source(id).shape;
  const graph::Shape& out = analyzed.node(id).shape;
  const graph::Sides padding = pool.window().padding;
  return {.channels = in[0],
          .height = in[1],
          .width = in[2],
          .kernel_height = pool.kernel[0],
          .kernel_width = pool.kernel[1],
          .stride_height = pool.stride[0],
          .stride_width = pool.stride[1],
          .pad_top = padding.top,
          .pad_left = padding.left,
          .pad_bottom = padding.bottom,
          .pad_right = padding.right,
          .dilation_height = pool.dilation[0],
          .dilation_width = pool.dilation[1],
          .out_height = out[1],
          .out_width = out[2]};
}

// The whole image is the window.
inline kernels::Pooling pooling_of(const Analyzed& analyzed, graph::NodeId id,
                                   const graph::GlobalAvgPool2d&) {
  const graph::Shape& in = analyzed.source(id).shape;
  return pooling_of(analyzed, id, graph::AvgPool2d{.kernel = {in[1], in[2]}, .stride = {1, 1}});
}

// By what the sums of a mean are divided, window for window.
inline graph::WindowCounts counts_of(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const graph::Shape& in = analyzed.source(id).shape;
  const graph::Form form = graph::form_of(node.op);
  if (const auto* window = std::get_if<graph::Window>(&form))
    return graph::window_counts(*window, in, node.shape);
  return graph::window_counts({.kernel = {in[1], in[2]}}, in, node.shape);
}

// Sums of a row of windows, `channels` numbers each, times their factors.
template <class Sum>
void scale_row(const graph::WindowCounts& counts, std::int64_t row, std::int64_t channels,
               Sum* sums) {
  for (std::int64_t column = 0; column < std::ssize(counts.columns); ++column) {
    const auto factor = static_cast<Sum>(counts.factor(row, column));
    for (std::int64_t c = 0; c < channels; ++c) *sums++ *= factor;
  }
}

// The cast of a mean from its window's sum, times its factor.
inline kernels::IntMeanCast mean_cast(const Analyzed& analyzed, graph::NodeId id) {
  const graph::NodeRange& range = analyzed.range(id);
  return {range.accumulator_frac_bits, counts_of(analyzed, id).divisor(), analyzed.node(id).format,
          range.accumulator.lo, range.accumulator.hi};
}

}  // namespace qfx::runtime
