// FracBNN for ImageNet: the blocks of MobileNet V1 without its depthwise convolutions, each
// convolution fractional, with shortcuts of four bits around both.
#include <fmt/format.h>
#include <string>

#include "frontends/zoo.h"
#include "frontends/zoo/blocks.h"
#include "frontends/zoo/fracbnn_blocks.h"

#include "qfx/base/error.h"

namespace qfx::frontends {
namespace {

using graph::Builder;
using graph::NodeId;

struct ImageNetStage {
  std::int64_t out_channels;
  std::int64_t stride;
};
constexpr ImageNetStage kImageNetStages[] = {{64, 1},  {128, 2},  {128, 1}, {256, 2}, {256, 1},
                                             {512, 2}, {512, 1},  {512, 1}, {512, 1}, {512, 1},
                                             {512, 1}, {1024, 2}, {1024, 1}};

// By how much the network makes an image smaller, its last pool aside.
constexpr std::int64_t kReduction = 32;

// To 16 levels between -1 and 1: name.bits, and times a fifteenth name.quantized.
NodeId four_bits(Builder& builder, NodeId x, const std::string& name) {
  x = builder.quant_sign(x, {.bits = 4}, name + ".bits");
  return times(builder, x, 1.0F / 15, name + ".quantized");
}

NodeId fractional(Builder& builder, NodeId x, std::int64_t out_channels, std::int64_t size,
                  std::int64_t stride, const std::string& name) {
  x = builder.quant_sign(x, {.bits = 2}, name + ".binarize");
  x = builder.fractional_conv2d(x, fractional_conv(out_channels, size, stride), name + ".0");
  return builder.batch_norm(x, {}, name + ".1");
}

NodeId imagenet_block(Builder& builder, NodeId x, const ImageNetStage& stage,
                      const std::string& name) {
  const std::int64_t channels = builder.shape(x).front();
  NodeId shortcut = four_bits(builder, x, name + ".shortcut1");
  if (stage.stride == 2) shortcut = builder.avg_pool2d(shortcut, {}, name + ".shortcut1");
  x = fractional(builder, x, channels, 3, stage.stride, name + ".conv3x3");
  x = rprelu(builder, x, name + ".rprelu1");
  x = builder.add(x, shortcut, name + ".add1");
  x = builder.batch_norm(x, {}, name + ".shiftbn1");

  shortcut = four_bits(builder, x, name + ".shortcut2");
  if (stage.out_channels == 2 * channels)
    shortcut = builder.concat({shortcut, shortcut}, name + ".shortcut2");
  x = fractional(builder, x, stage.out_channels, 1, 1, name + ".pointwise");
  x = rprelu(builder, x, name + ".rprelu2");
  x = builder.add(x, shortcut, name + ".add2");
  return builder.batch_norm(x, {}, name + ".shiftbn2");
}

}  // namespace

void build_fracbnn_imagenet(Builder& builder, NodeId input, std::int64_t classes) {
  const graph::Shape& image = builder.shape(input);
  if (image[1] % kReduction != 0 || image[2] % kReduction != 0)
    user_error("height and width must be multiples of {}", kReduction);
  NodeId x = encode_bytes(builder, input);
  x = builder.conv2d(x, binary_conv(32, 3, 2), "model.0.0");
  x = builder.batch_norm(x, {}, "model.0.1");
  int number = 0;
  for (const ImageNetStage& stage : kImageNetStages)
    x = imagenet_block(builder, x, stage, fmt::format("model.{}", ++number));
  classify(builder, x, classes);
}

}  // namespace qfx::frontends
