// Products with binary weights of what is packed to bits: conv2d, linear, fractional_conv2d.
#include <algorithm>
#include <optional>

#include "runtime/levels.h"
#include "runtime/operands.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/binary_conv.h"

namespace qfx::runtime {
namespace {

using kernels::BinaryConv;
using kernels::ConvShape;

class BinaryStep : public Step {
 public:
  BinaryStep(const Analyzed& analyzed, const Group& group, const ConvShape& shape, BinaryConv conv,
             std::string kernel)
      : Step(std::move(kernel)),
        shape_(shape),
        conv_(std::move(conv)),
        input_(layout_of(analyzed, group.inputs[0])),
        repacker_(kernels::repacker(
            {level_planes(analyzed, group.inputs[0]), input_.channels, input_.pixels})),
        finish_(analyzed, group) {
    if (group.has_upper_sums) upper_sums_ = group.inputs.size() - 1;
  }

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    const Buffers buffers = carve(carver);
    conv_.pad(buffers.image);
    for (std::int64_t image = 0; image < images; ++image) {
      conv_.lay_out(packed(inputs[0] + image * input_.bytes(), buffers), buffers.image);
      multiply(buffers, image, inputs, output);
    }
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    Carver carver(nullptr);
    carve(carver);
    return carver.used();
  }

 private:
  struct Buffers {
    std::byte* image;
    std::int32_t* sums;
    std::uint16_t* words;  // of an input that others read as integers
  };

  std::int64_t row_size() const { return shape_.out_width() * shape_.out_channels; }
  Buffers carve(Carver& carver) const {
    Buffers buffers;
    buffers.image = carver.take<std::byte>(static_cast<std::int64_t>(conv_.image_bytes()));
    buffers.sums = carver.take<std::int32_t>(conv_.block_rows() * row_size());
    buffers.words = carver.take<std::uint16_t>(input_.planes > 0 ? 0 : repacker_.planes().size());
    return buffers;
  }

  const std::uint16_t* packed(const std::byte* x, const Buffers& buffers) const {
    if (input_.planes > 0) return reinterpret_cast<const std::uint16_t*>(x);
    repacker_.pack(reinterpret_cast<const std::int8_t*>(x), buffers.words);
    return buffers.words;
  }

  void multiply(const Buffers& buffers, std::int64_t image, const std::byte* const* inputs,
                std::byte* output) const {
    const std::int64_t height = shape_.out_height();
    for (std::int64_t row = 0; row < height; row += conv_.block_rows()) {
      const std::int64_t rows = std::min(conv_.block_rows(), height - row);
      const std::int64_t first = (image * height + row) * row_size();
      const auto* upper_sums =
          upper_sums_ ? reinterpret_cast<const std::int16_t*>(inputs[*upper_sums_]) + first
                      : nullptr;
      conv_.multiply(buffers.image, row, rows, buffers.sums, upper_sums);
      finish_(buffers.sums, first, rows * row_size(), inputs + 1, output);
    }
  }

  ConvShape shape_;
  BinaryConv conv_;
  TensorLayout input_;
  std::optional<std::size_t> upper_sums_;  // which of the inputs they are
  kernels::LevelPacker repacker_;
  Finish<std::int32_t> finish_;
};

// gates: as BinaryConv's.
std::unique_ptr<Step> make_binary(const Analyzed& analyzed, const Group& group,
                                  const ConvShape& shape,
                                  const std::vector<std::int64_t>& gates = {}) {
  const graph::NodeId id = group.first();
  // The lower one alone is left to do where the sums of the upper one are there.
  const int planes = group.has_upper_sums ? 1 : level_planes(analyzed, analyzed.node(id).inputs[0]);
  BinaryConv conv(shape, planes, analyzed.node(id).params.at(graph::Role::Weight).raw, gates);
  const std::string operands = fmt::format("{} bit{} x 1 bit{}", planes, planes > 1 ? "s" : "",
                                           gates.empty() ? "" : " by gate");
  return std::make_unique<BinaryStep>(
      analyzed, group, shape, std::move(conv),
      describe(operands.c_str(), "int32", analyzed.range(id).accumulator_width));
}

// The integers m that exceed t * 2^-F are those above its floor.
std::int64_t floor_of(std::int64_t raw, int frac_bits) {
  // Farther than any sum of 32 bits.
  constexpr int kPlaces = 31;
  if (frac_bits >= 0) return raw >> std::min(frac_bits, kPlaces);
  return raw * (std::int64_t{1} << std::min(-frac_bits, kPlaces));
}

}  // namespace

std::unique_ptr<Step> make_binary_conv(const Analyzed& analyzed, const Group& group,
                                       const graph::Conv2d& conv) {
  const graph::Shape& in = analyzed.source(group.first()).shape;
  return make_binary(analyzed, group, kernels::conv_shape(conv, in[0], in[1], in[2]));
}

// A convolution of an image of one pixel.
std::unique_ptr<Step> make_binary_linear(const Analyzed& analyzed, const Group& group) {
  const graph::Shape& weight = analyzed.node(group.first()).params.at(graph::Role::Weight).shape;
  return make_binary(analyzed, group, {.channels = weight[1], .out_channels = weight[0]});
}

std::unique_ptr<Step> make_fractional_conv(const Analyzed& analyzed, const Group& group,
                                           const graph::FractionalConv2d& conv) {
  const graph::NodeId id = group.first();
  const graph::Shape& in = analyzed.source(id).shape;
  const graph::FrozenParam& threshold = analyzed.node(id).params.at(graph::Role::Threshold);
  std::vector<std::int64_t> gates;
  for (std::int64_t o = 0; o < conv.out_channels; ++o)
    gates.push_back(floor_of(threshold.raw[o], threshold.frac_bits(o)));
  return make_binary(analyzed, group, kernels::conv_shape(conv, in[0], in[1], in[2]), gates);
}

}  // namespace qfx::runtime
