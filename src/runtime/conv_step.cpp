// conv2d: the exact convolution of some rows at a time, finished while they lie in the cache.
#include <algorithm>

#include "runtime/narrow_sums.h"
#include "runtime/operands.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/base/error.h"
#include "qfx/kernels/int_conv.h"
#include "qfx/kernels/pixel_conv.h"

namespace qfx::runtime {
namespace {

using kernels::ConvShape;
using kernels::IntConv;
using kernels::PixelConv;

// Channels last, as tensors lie. Sums: of int32_t, or numbers that they have become already;
// finish(sums, first element, count, others, output).
template <class Sums, class Finishing>
class PixelConvStep : public Step {
 public:
  PixelConvStep(const ConvShape& shape, PixelConv conv, kernels::Storage input, Finishing finish,
                int width)
      : Step(describe(conv.of_bytes() ? "int8 x int8" : "int16 x int16", "int32", width)),
        shape_(shape),
        conv_(std::move(conv)),
        input_(input),
        finish_(std::move(finish)) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    const Buffers buffers = carve(carver);
    conv_.pad(buffers.image);
    const std::int64_t size = shape_.channels * shape_.height * shape_.width;
    kernels::with_type(input_, [&]<class T>(T) {
      if constexpr (sizeof(T) <= sizeof(std::int16_t) && !std::is_same_v<T, std::uint16_t>) {
        const auto* x = reinterpret_cast<const T*>(inputs[0]);
        for (std::int64_t image = 0; image < images; ++image, x += size) {
          const auto* laid_out = reinterpret_cast<const std::byte*>(x);
          if (!conv_.is_image<T>()) {
            conv_.lay_out(x, buffers.image);
            laid_out = buffers.image;
          }
          multiply(laid_out, buffers.sums, image, inputs + 1, output);
        }
      } else {
        internal_error("a convolution of {} in 16 bits", kernels::name_of(input_));
      }
    });
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    Carver carver(nullptr);
    carve(carver);
    return carver.used();
  }

 private:
  struct Buffers {
    std::byte* image;
    Sums* sums;
  };

  std::int64_t row_size() const { return shape_.out_width() * shape_.out_channels; }
  Buffers carve(Carver& carver) const {
    Buffers buffers;
    buffers.image = carver.take<std::byte>(static_cast<std::int64_t>(conv_.image_bytes()));
    buffers.sums = carver.take<Sums>(conv_.block_rows() * row_size());
    return buffers;
  }

  void multiply(const std::byte* laid_out, Sums* sums, std::int64_t image,
                const std::byte* const* others, std::byte* output) const {
    const std::int64_t height = shape_.out_height();
    for (std::int64_t row = 0; row < height; row += conv_.block_rows()) {
      const std::int64_t rows = std::min(conv_.block_rows(), height - row);
      conv_.multiply(laid_out, row, rows, sums);
      finish_(sums, (image * height + row) * row_size(), rows * row_size(), others, output);
    }
  }

  ConvShape shape_;
  PixelConv conv_;
  kernels::Storage input_;
  Finishing finish_;
};

// The sums are numbers of type Number already.
template <class Number>
class FinishNarrow {
 public:
  explicit FinishNarrow(Chain chain) : chain_(std::move(chain)) {}

  void operator()(const Number* numbers, std::int64_t first, std::int64_t count,
                  const std::byte* const* others, std::byte* output) const {
    constexpr kernels::Storage kStorage =
        sizeof(Number) == 1 ? kernels::Storage::Int8 : kernels::Storage::Int16;
    chain_.run(
        {reinterpret_cast<const std::byte*>(numbers), kStorage, others, output, first, count});
  }

 private:
  Chain chain_;
};

std::unique_ptr<Step> make_pixel_conv(const Analyzed& analyzed, const Group& group,
                                      const ConvShape& shape, PixelConv conv) {
  const graph::NodeId id = group.first();
  const kernels::Storage input = layout_of(analyzed, group.inputs[0]).storage;
  const int width = analyzed.range(id).accumulator_width;
  const std::optional<NarrowSums> narrow = narrow_sums(analyzed, id);
  if (!narrow)
    return std::make_unique<PixelConvStep<std::int32_t, Finish<std::int32_t>>>(
        shape, std::move(conv), input, Finish<std::int32_t>(analyzed, group), width);
  conv.narrow_sums(narrow->start, narrow->shift);
  Chain chain(analyzed, group, narrow->saturation);
  if (narrow->storage == kernels::Storage::Int8)
    return std::make_unique<PixelConvStep<std::int8_t, FinishNarrow<std::int8_t>>>(
        shape, std::move(conv), input, FinishNarrow<std::int8_t>(std::move(chain)), width);
  return std::make_unique<PixelConvStep<std::int16_t, FinishNarrow<std::int16_t>>>(
      shape, std::move(conv), input, FinishNarrow<std::int16_t>(std::move(chain)), width);
}

// Groups of several channels, and sums beyond 32 bits: the image and its sums turned to planes and
// back.
template <class Sum>
class PlaneConvStep : public Step {
 public:
  PlaneConvStep(const ConvShape& shape, IntConv<Sum> conv, kernels::Storage input,
                Finish<Sum> finish, std::string kernel)
      : Step(std::move(kernel)),
        shape_(shape),
        conv_(std::move(conv)),
        input_(input),
        finish_(std::move(finish)) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    const Buffers buffers = carve(carver);
    const std::int64_t pixels = shape_.height * shape_.width;
    kernels::with_type(input_, [&]<class T>(T) {
      const auto* x = reinterpret_cast<const T*>(inputs[0]);
      for (std::int64_t image = 0; image < images; ++image, x += shape_.channels * pixels) {
        transpose(x, shape_.channels, pixels, shape_.channels, pixels, buffers.planes);
        conv_.for_each_block(buffers.planes, buffers.rest, [&](const auto& block) {
          for (std::int64_t row = 0; row < block.rows; ++row)
            transpose(block.sums + row * block.pitch, shape_.out_width(), block.channels,
                      block.stride, shape_.out_channels,
                      buffers.sums + (block.first_row + row) * row_size() + block.first_channel);
        });
        finish_(buffers.sums, image * output_size(), output_size(), inputs + 1, output);
      }
    });
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    Carver carver(nullptr);
    carve(carver);
    return carver.used() + conv_.scratch_bytes();
  }

 private:
  struct Buffers {
    std::int32_t* planes;
    Sum* sums;
    std::byte* rest;
  };

  std::int64_t row_size() const { return shape_.out_width() * shape_.out_channels; }
  std::int64_t output_size() const { return shape_.out_height() * row_size(); }
  Buffers carve(Carver& carver) const {
    Buffers buffers;
    buffers.planes = carver.take<std::int32_t>(shape_.channels * shape_.height * shape_.width);
    buffers.sums = carver.take<Sum>(output_size());
    buffers.rest = carver.take<std::byte>(0);
    return buffers;
  }

  ConvShape shape_;
  IntConv<Sum> conv_;
  kernels::Storage input_;
  Finish<Sum> finish_;
};

}  // namespace

std::unique_ptr<Step> make_conv(const Analyzed& analyzed, const Group& group,
                                const graph::Conv2d& conv) {
  const graph::NodeId id = group.first();
  const std::vector<std::int32_t>& weights = analyzed.node(id).params.at(graph::Role::Weight).raw;
  const graph::Interval& x = analyzed.source_range(id);
  const graph::Shape& in = analyzed.source(id).shape;
  const ConvShape shape = kernels::conv_shape(conv, in[0], in[1], in[2]);
  const kernels::Storage input = layout_of(analyzed, group.inputs[0]).storage;
  const int width = analyzed.range(id).accumulator_width;
  return by_sums(analyzed, id, [&]<class Sum>() -> std::unique_ptr<Step> {
    const int no_grid[] = {0};  // of raw values
    if (std::is_same_v<Sum, std::int32_t> && PixelConv::takes(shape))
      return make_pixel_conv(analyzed, group, shape, {shape, weights, x.lo, x.hi, 0, no_grid});
    IntConv<Sum> planes(shape, weights, x.lo, x.hi);
    std::string kernel = describe(planes.name(), width);
    return std::make_unique<PlaneConvStep<Sum>>(shape, std::move(planes), input,
                                                Finish<Sum>(analyzed, group), std::move(kernel));
  });
}

}  // namespace qfx::runtime
