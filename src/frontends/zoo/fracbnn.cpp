// FracBNN for CIFAR-10: a ResNet-20 with binary weights, activations of two bits of which the
// second is used where it matters, and an input that is binary too. In training's form, and in that
// of the published accelerator, which rounds more often.
#include <fmt/format.h>
#include <string>

#include "frontends/zoo.h"
#include "frontends/zoo/blocks.h"
#include "frontends/zoo/fracbnn_blocks.h"

#include "qfx/fixed/format.h"

namespace qfx::frontends {
namespace {

using graph::Builder;
using graph::NodeId;

// One of the two convolutions of a block.
struct Half {
  std::string block;      // "layer1.0"
  int number;             // 1 or 2
  std::int64_t channels;  // of the output
  std::int64_t stride;

  std::string name(const std::string& part) const {
    return fmt::format("{}.{}{}", block, part, number);
  }
  // The block's four batch norms: one and two before the sum, three and four after it.
  std::string norm_after() const { return fmt::format("{}.bn{}", block, number + 2); }
};

// Of a network: from the activations before a half, and its shortcut, to those after it.
using BuildHalf = NodeId (*)(Builder& builder, NodeId x, NodeId shortcut, const Half& half);

// Three stages of three blocks with 16, 32 and 64 channels; the first block of the second and the
// third stage halves the image.
NodeId build_stages(Builder& builder, NodeId x, const graph::AvgPool2d& pool,
                    BuildHalf build_half) {
  for (int stage = 1; stage <= 3; ++stage) {
    for (int number = 0; number < 3; ++number) {
      const std::string block = fmt::format("layer{}.{}", stage, number);
      const std::int64_t channels = 8 << stage;
      const bool halves = stage > 1 && number == 0;
      const NodeId shortcut = halves ? halve_and_double(builder, x, block + ".shortcut", pool) : x;
      x = build_half(builder, x, shortcut, {block, 1, channels, halves ? 2 : 1});
      x = build_half(builder, x, x, {block, 2, channels, 1});
    }
  }
  return x;
}

NodeId trained_half(Builder& builder, NodeId x, NodeId shortcut, const Half& half) {
  x = builder.quant_sign(x, {.bits = 2}, half.name("binarize"));
  x = builder.fractional_conv2d(x, fractional_conv(half.channels, 3, half.stride),
                                half.name("conv"));
  x = builder.batch_norm(x, {}, half.name("bn"));
  x = rprelu(builder, x, half.name("rprelu"));
  x = builder.add(x, shortcut, half.name("add"));
  return builder.batch_norm(x, {}, half.norm_after());
}

// What the accelerator rounds a sum to, with every addition of the sum.
constexpr fixed::Format kFeature{.width = 16,
                                 .int_bits = 9,
                                 .is_signed = true,
                                 .rounding = fixed::Rounding::RND,
                                 .overflow = fixed::Overflow::SAT};
constexpr fixed::Format kMean{.width = 32,
                              .int_bits = 10,
                              .is_signed = true,
                              .rounding = fixed::Rounding::RND,
                              .overflow = fixed::Overflow::SAT};

// What it has for 2/3 and 1/3, with 8 fraction bits.
constexpr float kTwoThirds = 171.0F / 256;
constexpr float kOneThird = 85.0F / 256;

// The sum over the first bits and what the second ones add to it where they count, each rounded,
// weighted and rounded again. Nodes whose formats lose nothing: msb, msb_sum, conv, msb_left,
// lsb_sum, lsb_third.
NodeId accelerated_conv(Builder& builder, NodeId x, const Half& half) {
  const std::string conv = half.name("conv");
  const NodeId levels = builder.quant_sign(x, {.bits = 2}, half.name("binarize"));
  const NodeId first = builder.quant_sign(levels, {.bits = 1}, conv + ".msb");
  const NodeId msb =
      builder.conv2d(first, binary_conv(half.channels, 3, half.stride), conv + ".msb_sum");
  // Twice the one sum, or that and the other.
  const NodeId both =
      builder.fractional_conv2d(levels, fractional_conv(half.channels, 3, half.stride), conv);
  NodeId lsb = builder.sub(both, msb, conv + ".msb_left");
  lsb = builder.sub(lsb, msb, conv + ".lsb_sum");
  NodeId y = builder.cast(msb, conv + ".msb_cast");
  y = times(builder, y, kTwoThirds, conv + ".msb_thirds");
  lsb = builder.cast(lsb, conv + ".lsb_cast");
  lsb = times(builder, lsb, kOneThird, conv + ".lsb_third");
  return builder.add(y, lsb, conv + ".merge");
}

NodeId accelerated_half(Builder& builder, NodeId x, NodeId shortcut, const Half& half) {
  x = accelerated_conv(builder, x, half);
  x = channel_affine(builder, x, half.name("bn"));
  x = rprelu(builder, x, half.name("rprelu"));
  x = builder.add(x, shortcut, half.name("add"));
  return channel_affine(builder, x, half.norm_after());
}

}  // namespace

void build_fracbnn(Builder& builder, NodeId input, std::int64_t classes) {
  NodeId x = encode_bytes(builder, input);
  x = builder.conv2d(x, binary_conv(16, 3), "conv1");
  x = builder.batch_norm(x, {}, "bn1");
  x = build_stages(builder, x, {}, trained_half);
  classify(builder, x, classes);
}

void build_fracbnn_published(Builder& builder, NodeId input, std::int64_t classes) {
  NodeId x = encode_bytes(builder, input);
  x = builder.conv2d(x, binary_conv(16, 3), "conv1");
  x = channel_affine(builder, x, "bn1");
  x = build_stages(builder, x, {.accumulator = kFeature}, accelerated_half);
  x = builder.append(graph::GlobalAvgPool2d{.accumulator = kMean}, {x}, "pool");
  x = builder.cast(x, "pool_cast");
  x = builder.flatten(x, "flatten");
  builder.linear(x, {.out_features = classes, .has_bias = true, .accumulator = kFeature},
                 "classifier");
}

}  // namespace qfx::frontends
