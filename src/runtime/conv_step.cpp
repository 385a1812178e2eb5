// conv2d: the exact convolution of a block of rows and channels at a time, cast while it lies in
// the cache.
#include <algorithm>

#include "runtime/operands.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_conv.h"

namespace qfx::runtime {
namespace {

// Rows at least this long are cast one by one; shorter ones together with what lies between them.
constexpr std::int64_t kLongRow = 24;

template <class Sum, class Acc>
class ConvStep : public Step {
 public:
  ConvStep(const kernels::ConvShape& shape, kernels::IntConv<Sum> conv, Finish<Sum, Acc> finish,
           int width)
      : Step(describe(conv.name(), width)),
        input_size_(shape.channels * shape.height * shape.width),
        outputs_(shape.out_channels),
        height_(shape.out_height()),
        width_(shape.out_width()),
        conv_(std::move(conv)),
        finish_(std::move(finish)) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    const Buffers buffers = carve(carver);
    std::byte* rest = carver.take<std::byte>(0);
    for (std::int64_t image = 0; image < images; ++image) {
      std::int32_t* out = output + image * outputs_ * height_ * width_;
      conv_.for_each_block(inputs[0] + image * input_size_, rest,
                           [&](const kernels::ConvBlock<Sum>& block) {
                             for (std::int64_t c = 0; c < block.channels; ++c)
                               finish_channel(block, c, buffers, out);
                           });
    }
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    Carver carver(nullptr);
    carve(carver);
    return carver.used() + conv_.scratch_bytes();
  }

 private:
  struct Buffers {
    Acc* exact;
    std::int32_t* cast;
  };

  Buffers carve(Carver& carver) const {
    const std::int64_t columns = conv_.block_columns();
    Buffers buffers;
    buffers.exact = carver.take<Acc>(columns);
    buffers.cast = carver.take<std::int32_t>(columns);
    return buffers;
  }

  void finish_channel(const kernels::ConvBlock<Sum>& block, std::int64_t c, const Buffers& buffers,
                      std::int32_t* output) const {
    const std::int64_t channel = block.first_channel + c;
    const Sum* sums = block.sums + c * block.stride;
    std::int32_t* out = output + (channel * height_ + block.first_row) * width_;
    if (block.pitch == width_)
      return finish_(channel, sums, block.rows * width_, buffers.exact, out);
    if (width_ >= kLongRow) {
      for (std::int64_t y = 0; y < block.rows; ++y)
        finish_(channel, sums + y * block.pitch, width_, buffers.exact, out + y * width_);
      return;
    }
    finish_(channel, sums, (block.rows - 1) * block.pitch + width_, buffers.exact, buffers.cast);
    for (std::int64_t y = 0; y < block.rows; ++y)
      std::copy_n(buffers.cast + y * block.pitch, width_, out + y * width_);
  }

  std::int64_t input_size_, outputs_, height_, width_;
  kernels::IntConv<Sum> conv_;
  Finish<Sum, Acc> finish_;
};

}  // namespace

std::unique_ptr<Step> make_conv(const Analyzed& analyzed, graph::NodeId id,
                                const graph::Conv2d& conv) {
  const graph::FrozenParam& weight = analyzed.node(id).params.at(graph::Role::Weight);
  const graph::Interval& x = analyzed.source_range(id);
  const graph::Shape& in = analyzed.source(id).shape;
  const kernels::ConvShape shape = kernels::conv_shape(conv, in[0], in[1], in[2]);
  return by_sums(analyzed, id, [&]<class Sum, class Acc>() -> std::unique_ptr<Step> {
    return std::make_unique<ConvStep<Sum, Acc>>(
        shape, kernels::IntConv<Sum>(shape, weight.raw, x.lo, x.hi),
        Finish<Sum, Acc>(align_channels(analyzed, id), accumulator_cast(analyzed, id)),
        analyzed.range(id).accumulator_width);
  });
}

}  // namespace qfx::runtime
