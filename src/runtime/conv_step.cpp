// conv2d as matrix products: weights {out, taps} times image windows {taps, positions}, a block of
// positions at a time so that the packed windows stay in the second-level cache.
#include <algorithm>

#include "runtime/operands.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_elementwise.h"

namespace qfx::runtime {
namespace {

constexpr std::int64_t kPackedBytes = 128 * 1024;
// Rows of one product, so that its sums are still in the first-level cache when they are cast.
constexpr std::int64_t kRowBlock = 16;

struct ConvGeometry {
  kernels::Windows windows;  // of one group, on the padded image
  std::int64_t groups, group_outputs;
  std::int64_t channels, height, width;  // of the whole input
  std::int64_t pad_height, pad_width;
  std::int64_t positions;
};

// Acc holds the exact value with bias on the node's grid.
template <class Operands, class Acc>
class ConvStep : public Step {
 public:
  ConvStep(const ConvGeometry& geometry, const graph::FrozenParam& weight, const Affine& affine,
           kernels::IntCast cast, std::string kernel)
      : Step(std::move(kernel)),
        geometry_(geometry),
        taps_(geometry.windows.taps()),
        weights_(pack_a<Operands>(weight.raw, weight.shape[0], taps_)),
        factor_(affine.factor.begin(), affine.factor.end()),
        term_(affine.term.begin(), affine.term.end()),
        cast_(cast) {
    const std::int64_t column_bytes =
        Operands::depth(taps_) * static_cast<std::int64_t>(sizeof(Packed));
    const std::int64_t blocks =
        std::max<std::int64_t>(kPackedBytes / (column_bytes * kernels::kColumnBlock), 1);
    block_ = std::min(blocks * kernels::kColumnBlock,
                      kernels::round_up(geometry.positions, kernels::kColumnPad));
  }

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    const Buffers buffers = carve(carver);
    const ConvGeometry& g = geometry_;
    const std::int64_t input_size = g.channels * g.height * g.width;
    const std::int64_t output_size = g.groups * g.group_outputs * g.positions;
    for (std::int64_t image = 0; image < images; ++image) {
      kernels::pad_image(inputs[0] + image * input_size, g.channels, g.height, g.width,
                         g.pad_height, g.pad_width, buffers.image);
      for (std::int64_t group = 0; group < g.groups; ++group)
        for (std::int64_t first = 0; first < g.positions; first += block_)
          run_block(group, first, std::min(block_, g.positions - first), buffers,
                    output + image * output_size);
    }
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    Carver carver(nullptr);
    carve(carver);
    return carver.used();
  }

 private:
  using Value = typename Operands::Value;
  using Packed = typename Operands::Packed;
  using Sum = typename Operands::Sum;

  struct Buffers {
    Value* image;
    Packed* columns;
    Sum* sums;
    Acc* exact;
  };

  Buffers carve(Carver& carver) const {
    const kernels::Windows& w = geometry_.windows;
    Buffers buffers;
    buffers.image =
        carver.take<Value>(geometry_.channels * w.height * w.width + kernels::kPackSlack);
    buffers.columns = carver.take<Packed>(Operands::depth(taps_) * block_ + kernels::kPackSlack);
    buffers.sums = carver.take<Sum>(kRowBlock * block_);
    buffers.exact = carver.take<Acc>(block_);
    return buffers;
  }

  void run_block(std::int64_t group, std::int64_t first, std::int64_t count, const Buffers& buffers,
                 std::int32_t* output) const {
    const ConvGeometry& g = geometry_;
    const std::int64_t plane = g.windows.height * g.windows.width;
    Operands::pack(buffers.image + group * g.windows.channels * plane, g.windows, first, count,
                   buffers.columns, block_);
    const std::int64_t end = (group + 1) * g.group_outputs;
    for (std::int64_t row = group * g.group_outputs; row < end; row += kRowBlock) {
      const std::int64_t rows = std::min(kRowBlock, end - row);
      Operands::gemm(weights_.data() + row * Operands::a_stride(taps_), buffers.columns, block_,
                     buffers.sums, block_, rows, count, taps_);
      for (std::int64_t r = 0; r < rows; ++r)
        finish_row(row + r, buffers.sums + r * block_, count, buffers.exact,
                   output + (row + r) * g.positions + first);
    }
  }

  void finish_row(std::int64_t channel, const Sum* sums, std::int64_t count, Acc* exact,
                  std::int32_t* output) const {
    if (factor_[channel] == 1 && term_[channel] == 0) return cast_(sums, output, count);
    kernels::multiply_add(sums, factor_[channel], term_[channel], exact, count);
    cast_(exact, output, count);
  }

  ConvGeometry geometry_;
  std::int64_t taps_;
  std::vector<Value> weights_;
  std::vector<Acc> factor_, term_;
  kernels::IntCast cast_;
  std::int64_t block_ = 0;  // columns
};

ConvGeometry make_geometry(const graph::FrozenNode& node, const graph::Shape& in,
                           const graph::Conv2d& conv) {
  ConvGeometry g;
  g.windows = {.channels = in[0] / conv.groups,
               .height = in[1] + 2 * conv.padding[0],
               .width = in[2] + 2 * conv.padding[1],
               .kernel_height = conv.kernel[0],
               .kernel_width = conv.kernel[1],
               .stride_height = conv.stride[0],
               .stride_width = conv.stride[1],
               .dilation_height = conv.dilation[0],
               .dilation_width = conv.dilation[1],
               .out_width = node.shape[2]};
  g.groups = conv.groups;
  g.group_outputs = conv.out_channels / conv.groups;
  g.channels = in[0];
  g.height = in[1];
  g.width = in[2];
  g.pad_height = conv.padding[0];
  g.pad_width = conv.padding[1];
  g.positions = node.shape[1] * node.shape[2];
  return g;
}

}  // namespace

std::unique_ptr<Step> make_conv(const Analyzed& analyzed, graph::NodeId id,
                                const graph::Conv2d& conv) {
  const graph::FrozenNode& node = analyzed.node(id);
  const graph::FrozenParam& weight = node.params.at("weight");
  const ConvGeometry geometry = make_geometry(node, analyzed.source(id).shape, conv);
  const Affine affine = align_channels(analyzed, id);
  const kernels::IntCast cast = accumulator_cast(analyzed, id);
  return by_operands(analyzed, id,
                     [&]<class Operands, class Acc>(std::string kernel) -> std::unique_ptr<Step> {
                       return std::make_unique<ConvStep<Operands, Acc>>(geometry, weight, affine,
                                                                        cast, std::move(kernel));
                     });
}

}  // namespace qfx::runtime
