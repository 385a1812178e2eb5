// linear as a matrix product: inputs {images, in} times weights {in, out}, packed once.
#include <algorithm>

#include "runtime/operands.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_elementwise.h"

namespace qfx::runtime {
namespace {

constexpr std::int64_t kPackedBytes = 128 * 1024;

void pack_weights(const std::vector<std::int32_t>& raw, std::int64_t out, std::int64_t in,
                  std::uint32_t* packed, std::int64_t stride) {
  const std::vector<std::int16_t> narrow(raw.begin(), raw.end());
  kernels::pack_transposed_pairs(narrow.data(), out, in, packed, stride);
}

void pack_weights(const std::vector<std::int32_t>& raw, std::int64_t out, std::int64_t in,
                  std::int32_t* packed, std::int64_t stride) {
  for (std::int64_t o = 0; o < out; ++o)
    for (std::int64_t i = 0; i < in; ++i) packed[i * stride + o] = raw[o * in + i];
}

template <class Operands, class Acc>
class LinearStep : public Step {
 public:
  LinearStep(const graph::FrozenParam& weight, const Affine& affine, kernels::IntCast cast,
             std::string kernel)
      : Step(std::move(kernel)),
        out_(weight.shape[0]),
        in_(weight.shape[1]),
        stride_(kernels::round_up(out_, kernels::kColumnPad)),
        packed_(Operands::depth(in_) * stride_, 0),
        factor_(affine.factor.begin(), affine.factor.end()),
        term_(affine.term.begin(), affine.term.end()),
        plain_(std::all_of(factor_.begin(), factor_.end(), [](Acc f) { return f == 1; }) &&
               std::all_of(term_.begin(), term_.end(), [](Acc t) { return t == 0; })),
        cast_(cast) {
    pack_weights(weight.raw, out_, in_, packed_.data(), stride_);
    const std::int64_t column_bytes =
        Operands::depth(in_) * static_cast<std::int64_t>(sizeof(Packed));
    const std::int64_t blocks =
        std::max<std::int64_t>(kPackedBytes / (column_bytes * kernels::kColumnBlock), 1);
    block_ = std::min(blocks * kernels::kColumnBlock, stride_);
  }

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    const Buffers buffers = carve(carver, images);
    const std::int64_t a_stride = Operands::a_stride(in_);
    for (std::int64_t image = 0; image < images; ++image) {
      Value* row = buffers.rows + image * a_stride;
      kernels::pad_image(inputs[0] + image * in_, 1, 1, in_, 0, 0, row);
      std::fill(row + in_, row + a_stride, Value{0});
    }
    for (std::int64_t first = 0; first < out_; first += block_) {
      const std::int64_t count = std::min(block_, out_ - first);
      Operands::gemm(buffers.rows, packed_.data() + first, stride_, buffers.sums, block_, images,
                     count, in_);
      for (std::int64_t image = 0; image < images; ++image)
        finish_row(first, buffers.sums + image * block_, count, buffers.exact,
                   output + image * out_ + first);
    }
  }

  std::size_t scratch_bytes(std::int64_t images) const override {
    Carver carver(nullptr);
    carve(carver, images);
    return carver.used();
  }

 private:
  using Value = typename Operands::Value;
  using Packed = typename Operands::Packed;
  using Sum = typename Operands::Sum;

  struct Buffers {
    Value* rows;
    Sum* sums;
    Acc* exact;
  };

  Buffers carve(Carver& carver, std::int64_t images) const {
    Buffers buffers;
    buffers.rows = carver.take<Value>(images * Operands::a_stride(in_));
    buffers.sums = carver.take<Sum>(images * block_);
    buffers.exact = carver.take<Acc>(block_);
    return buffers;
  }

  void finish_row(std::int64_t first, const Sum* sums, std::int64_t count, Acc* exact,
                  std::int32_t* output) const {
    if (plain_) return cast_(sums, output, count);
    kernels::multiply_add(sums, factor_.data() + first, term_.data() + first, exact, count);
    cast_(exact, output, count);
  }

  std::int64_t out_, in_, stride_;
  std::vector<Packed> packed_;
  std::vector<Acc> factor_, term_;
  bool plain_;  // the sums are the exact values
  kernels::IntCast cast_;
  std::int64_t block_ = 0;  // columns
};

}  // namespace

std::unique_ptr<Step> make_linear(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenParam& weight = analyzed.node(id).params.at("weight");
  const Affine affine = align_channels(analyzed, id);
  const kernels::IntCast cast = accumulator_cast(analyzed, id);
  return by_operands(
      analyzed, id, [&]<class Operands, class Acc>(std::string kernel) -> std::unique_ptr<Step> {
        return std::make_unique<LinearStep<Operands, Acc>>(weight, affine, cast, std::move(kernel));
      });
}

}  // namespace qfx::runtime
