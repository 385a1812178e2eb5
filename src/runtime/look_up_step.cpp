// The convolution of a thermometer, looked up by what the thermometer reads.
#include <algorithm>

#include "runtime/operands.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/spread_conv.h"

namespace qfx::runtime {
namespace {

using kernels::ConvShape;
using kernels::SpreadConv;

class LookUpConvStep : public Step {
 public:
  LookUpConvStep(const Analyzed& analyzed, const Group& group, const ConvShape& shape,
                 SpreadConv conv)
      : Step(describe("look-up", "int16", analyzed.range(group.first()).accumulator_width)),
        shape_(shape),
        conv_(std::move(conv)),
        input_(layout_of(analyzed, group.inputs[0])),
        finish_(analyzed, group) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    const Buffers buffers = carve(carver);
    conv_.pad(buffers.image);
    kernels::with_type(input_.storage, [&]<class T>(T) {
      const auto* x = reinterpret_cast<const T*>(inputs[0]);
      for (std::int64_t image = 0; image < images; ++image) {
        conv_.lay_out(x + image * input_.elements(), buffers.image);
        multiply(buffers, image, inputs + 1, output);
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
    std::int32_t* sums;
  };

  std::int64_t row_size() const { return shape_.out_width() * shape_.out_channels; }
  Buffers carve(Carver& carver) const {
    Buffers buffers;
    buffers.image = carver.take<std::byte>(static_cast<std::int64_t>(conv_.image_bytes()));
    buffers.sums = carver.take<std::int32_t>(conv_.block_rows() * row_size());
    return buffers;
  }

  void multiply(const Buffers& buffers, std::int64_t image, const std::byte* const* others,
                std::byte* output) const {
    const std::int64_t height = shape_.out_height();
    for (std::int64_t row = 0; row < height; row += conv_.block_rows()) {
      const std::int64_t rows = std::min(conv_.block_rows(), height - row);
      conv_.multiply(buffers.image, row, rows, buffers.sums);
      finish_(buffers.sums, (image * height + row) * row_size(), rows * row_size(), others, output);
    }
  }

  ConvShape shape_;
  SpreadConv conv_;
  TensorLayout input_;
  Finish<std::int32_t> finish_;
};

}  // namespace

std::unique_ptr<Step> make_look_up_conv(const Analyzed& analyzed, const Group& group,
                                        const graph::Conv2d& conv) {
  const graph::NodeId id = group.first(), source = analyzed.node(id).inputs[0];
  const graph::FrozenNode& thermometer = analyzed.node(source);
  const graph::Shape& in = thermometer.shape;
  const ConvShape shape = kernels::conv_shape(conv, in[0], in[1], in[2]);
  const graph::Interval& x = analyzed.source_range(source);
  return std::make_unique<LookUpConvStep>(
      analyzed, group, shape,
      SpreadConv(shape, std::get<graph::Thermometer>(thermometer.op).levels,
                 thermometer.params.at(graph::Role::Threshold).raw,
                 analyzed.node(id).params.at(graph::Role::Weight).raw, x.lo, x.hi));
}

}  // namespace qfx::runtime
