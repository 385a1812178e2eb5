// What the steps of the pools have in common.
#pragma once

#include "runtime/proof.h"

#include "qfx/kernels/int_mean_cast.h"
#include "qfx/kernels/int_pool.h"

namespace qfx::runtime {

// pool: max_pool2d or avg_pool2d.
kernels::Pooling pooling_of(const Analyzed& analyzed, graph::NodeId id, const auto& pool) {
  const graph::Shape& in = analyzed.source(id).shape;
  const graph::Shape& out = analyzed.node(id).shape;
  return {.channels = in[0],
          .height = in[1],
          .width = in[2],
          .kernel_height = pool.kernel[0],
          .kernel_width = pool.kernel[1],
          .stride_height = pool.stride[0],
          .stride_width = pool.stride[1],
          .pad_height = pool.padding[0],
          .pad_width = pool.padding[1],
          .out_height = out[1],
          .out_width = out[2]};
}

// The whole image is the window.
inline kernels::Pooling pooling_of(const Analyzed& analyzed, graph::NodeId id,
                                   const graph::GlobalAvgPool2d&) {
  const graph::Shape& in = analyzed.source(id).shape;
  return pooling_of(analyzed, id, graph::AvgPool2d{.kernel = {in[1], in[2]}, .stride = {1, 1}});
}

// The cast of a mean from its window's sum.
inline kernels::IntMeanCast mean_cast(const Analyzed& analyzed, graph::NodeId id,
                                      const kernels::Pooling& pooling) {
  const graph::NodeRange& range = analyzed.range(id);
  return {range.accumulator_frac_bits, pooling.kernel_height * pooling.kernel_width,
          analyzed.node(id).format, range.accumulator.lo, range.accumulator.hi};
}

}  // namespace qfx::runtime
