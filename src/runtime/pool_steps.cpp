// Steps that reduce windows: max_pool2d, avg_pool2d, global_avg_pool2d.
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_mean_cast.h"
#include "qfx/kernels/int_pool.h"

namespace qfx::runtime {
namespace {

using kernels::Pooling;

std::int64_t input_size(const Pooling& p) {
  return p.channels * p.height * p.width;
}
std::int64_t output_size(const Pooling& p) {
  return p.channels * p.out_height * p.out_width;
}

class MaxPoolStep : public Step {
 public:
  MaxPoolStep(const Pooling& pooling, kernels::IntCast cast, std::string kernel)
      : Step(std::move(kernel)), pooling_(pooling), cast_(cast) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    for (std::int64_t image = 0; image < images; ++image)
      kernels::max_pool(inputs[0] + image * input_size(pooling_), pooling_,
                        output + image * output_size(pooling_));
    cast_(output, output, images * output_size(pooling_));
  }

 private:
  Pooling pooling_;
  kernels::IntCast cast_;
};

class MeanPoolStep : public Step {
 public:
  MeanPoolStep(const Pooling& pooling, kernels::IntMeanCast cast, std::string kernel)
      : Step(std::move(kernel)), pooling_(pooling), cast_(cast) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte* scratch) const override {
    auto* sums = reinterpret_cast<std::int64_t*>(scratch);
    for (std::int64_t image = 0; image < images; ++image) {
      kernels::sum_pool(inputs[0] + image * input_size(pooling_), pooling_, sums);
      cast_(sums, output + image * output_size(pooling_), output_size(pooling_));
    }
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    return static_cast<std::size_t>(output_size(pooling_)) * sizeof(std::int64_t);
  }

 private:
  Pooling pooling_;
  kernels::IntMeanCast cast_;
};

Pooling make_pooling(const Analyzed& analyzed, graph::NodeId id, const graph::Pair& kernel,
                     const graph::Pair& stride, const graph::Pair& padding) {
  const graph::Shape& in = analyzed.source(id).shape;
  const graph::Shape& out = analyzed.node(id).shape;
  return {.channels = in[0],
          .height = in[1],
          .width = in[2],
          .kernel_height = kernel[0],
          .kernel_width = kernel[1],
          .stride_height = stride[0],
          .stride_width = stride[1],
          .pad_height = padding[0],
          .pad_width = padding[1],
          .out_height = out[1],
          .out_width = out[2]};
}

std::unique_ptr<Step> make_mean(const Analyzed& analyzed, graph::NodeId id,
                                const Pooling& pooling) {
  const graph::NodeRange& range = analyzed.range(id);
  const kernels::IntMeanCast cast(
      range.accumulator_frac_bits, pooling.kernel_height * pooling.kernel_width,
      analyzed.node(id).format, range.accumulator.lo, range.accumulator.hi);
  return std::make_unique<MeanPoolStep>(
      pooling, cast, describe("mean of int32", "int64", range.accumulator_width));
}

}  // namespace

std::unique_ptr<Step> make_pool(const Analyzed& analyzed, graph::NodeId id,
                                const graph::MaxPool2d& pool) {
  return std::make_unique<MaxPoolStep>(
      make_pooling(analyzed, id, pool.kernel, pool.stride, pool.padding),
      accumulator_cast(analyzed, id),
      describe("maximum of int32", "int32", analyzed.range(id).accumulator_width));
}

std::unique_ptr<Step> make_pool(const Analyzed& analyzed, graph::NodeId id,
                                const graph::AvgPool2d& pool) {
  return make_mean(analyzed, id,
                   make_pooling(analyzed, id, pool.kernel, pool.stride, pool.padding));
}

std::unique_ptr<Step> make_pool(const Analyzed& analyzed, graph::NodeId id,
                                const graph::GlobalAvgPool2d&) {
  const graph::Shape& in = analyzed.source(id).shape;
  return make_mean(analyzed, id, make_pooling(analyzed, id, {in[1], in[2]}, {1, 1}, {0, 0}));
}

}  // namespace qfx::runtime
