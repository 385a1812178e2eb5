// Is oneDNN's int8 convolution exact? With VNNI yes; without it (AVX2, SSE4.1, AVX-512 of the first
// generation) no, in two ways, and silently:
//
// - unsigned activations: vpmaddubsw adds two products into 16 bits and saturates, so 255 * 127 +
//   255 * 127 = 64,770 becomes 32,767;
// - signed activations: the weights are halved beforehand to leave room for that, and the lowest
//   bit of each weight is lost.
//
// This is why an exact runtime cannot take oneDNN for int8 unasked. The program asserts what the
// instruction set in use implies, so it passes on both kinds of machine and fails if oneDNN
// changes.
#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <string>

#include "kernels/onednn_conv.h"
#include "kernels/our_conv.h"

namespace qfx::peers {
namespace {

// nullopt: an instruction set that this file knows nothing about.
std::optional<bool> has_vnni() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
    case dnnl::cpu_isa::avx:
    case dnnl::cpu_isa::avx2:
    case dnnl::cpu_isa::avx512_mic:
    case dnnl::cpu_isa::avx512_mic_4ops:
    case dnnl::cpu_isa::avx512_core:
      return false;
    case dnnl::cpu_isa::avx2_vnni:
    case dnnl::cpu_isa::avx512_core_vnni:
    case dnnl::cpu_isa::avx512_core_bf16:
    case dnnl::cpu_isa::avx512_core_amx:
      return true;
    default:
      return std::nullopt;
  }
}

class OnednnInt8 : public testing::Test {
 protected:
  void SetUp() override {
    const std::optional<bool> vnni = has_vnni();
    ASSERT_TRUE(vnni) << "oneDNN runs on instruction set "
                      << static_cast<int>(dnnl::get_effective_cpu_isa())
                      << ", which has_vnni() does not know: say there whether it has VNNI";
    vnni_ = *vnni;
  }
  bool vnni_ = false;
};

constexpr ConvShape kOnePixel{.in_channels = 16, .out_channels = 16, .size = 1, .kernel = 1};

// All activations x, all weights w: every output is 16 * x * w.
template <typename X>
std::int32_t constant_conv(X x, std::int8_t w) {
  OnednnConv<X, std::int8_t, std::int32_t> conv(kOnePixel, std::vector<X>(16, x),
                                                std::vector<std::int8_t>(256, w));
  conv.run();
  const std::vector<std::int32_t>& y = conv.result();
  for (const std::int32_t value : y) EXPECT_EQ(value, y[0]);
  return y[0];
}

TEST_F(OnednnInt8, UnsignedActivationsSaturateTwoProductsAtATime) {
  EXPECT_EQ(constant_conv<std::uint8_t>(255, 127), vnni_ ? 16 * 255 * 127 : 8 * 32767);
  EXPECT_EQ(constant_conv<std::uint8_t>(255, -128), vnni_ ? 16 * 255 * -128 : 8 * -32768);
  // The border: 129 * 127 * 2 = 32,766 fits, 130 * 127 * 2 = 33,020 does not.
  EXPECT_EQ(constant_conv<std::uint8_t>(129, 127), 16 * 129 * 127);
  EXPECT_EQ(constant_conv<std::uint8_t>(130, 127), vnni_ ? 16 * 130 * 127 : 8 * 32767);
}

TEST_F(OnednnInt8, SignedActivationsLoseTheLowestBitOfTheWeights) {
  EXPECT_EQ(constant_conv<std::int8_t>(100, 2), 16 * 100 * 2);
  EXPECT_EQ(constant_conv<std::int8_t>(100, 1), vnni_ ? 16 * 100 : 0);
  EXPECT_EQ(constant_conv<std::int8_t>(100, 3), vnni_ ? 16 * 300 : 16 * 400);
  EXPECT_EQ(constant_conv<std::int8_t>(127, 127), vnni_ ? 16 * 127 * 127 : 16 * 127 * 128);
}

// What both get, and the exact sums. Activations between two limits, weights over all 8 bits.
template <typename X>
struct Layer {
  Layer(const ConvShape& s, int lowest, int highest) : shape(s), lowest(lowest), highest(highest) {
    std::mt19937 random(7);
    x.resize(static_cast<std::size_t>(shape.input_count()));
    w.resize(static_cast<std::size_t>(shape.weight_count()));
    for (X& value : x)
      value = static_cast<X>(std::uniform_int_distribution<int>(lowest, highest)(random));
    for (std::int8_t& value : w)
      value = static_cast<std::int8_t>(std::uniform_int_distribution<int>(-128, 127)(random));
    exact = exact_conv(shape, x, w);
  }
  std::int64_t wrong(const std::vector<std::int32_t>& y) const {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) count += y[i] != exact[i];
    return count;
  }

  ConvShape shape;
  int lowest, highest;
  std::vector<X> x;
  std::vector<std::int8_t> w;
  std::vector<std::int64_t> exact;
};

// How many sums of oneDNN's differ from the exact ones.
template <typename X>
std::int64_t onednn_differs(const Layer<X>& layer) {
  OnednnConv<X, std::int8_t, std::int32_t> conv(layer.shape, layer.x, layer.w);
  conv.run();
  return layer.wrong(conv.result());
}

// How many of ours.
template <typename X>
std::int64_t ours_differs(const Layer<X>& layer) {
  OurConv<X> conv(layer.shape, layer.x, layer.w, layer.lowest, layer.highest);
  conv.run();
  return layer.wrong(conv.result());
}

constexpr ConvShape kLayers[] = {
    {.in_channels = 16, .out_channels = 16, .size = 32},
    {.in_channels = 64, .out_channels = 64, .size = 8},
    {.in_channels = 3, .out_channels = 8, .size = 9},
    {.in_channels = 24, .out_channels = 40, .size = 7, .kernel = 1},
};

constexpr ConvShape kDepthwise{.in_channels = 32, .out_channels = 32, .size = 14, .groups = 32};

std::string name(const ConvShape& s) {
  return std::to_string(s.in_channels) + " -> " + std::to_string(s.out_channels) + ", kernel " +
         std::to_string(s.kernel);
}

TEST_F(OnednnInt8, RandomLayers) {
  for (const ConvShape& shape : kLayers) {
    SCOPED_TRACE(name(shape));
    const std::int64_t of_unsigned = onednn_differs(Layer<std::uint8_t>(shape, 0, 255));
    const std::int64_t of_signed = onednn_differs(Layer<std::int8_t>(shape, -128, 127));
    if (vnni_) {
      EXPECT_EQ(of_unsigned, 0);
      EXPECT_EQ(of_signed, 0);
    } else {
      // Not the odd value out: a large part of a layer's.
      EXPECT_GT(of_unsigned, shape.output_count() / 10);
      EXPECT_GT(of_signed, shape.output_count() / 10);
    }
  }
}

// What is left to use of it on every machine: activations up to 128, two products of which fit 16
// bits (128 * -128 * 2 = -32,768), and unsigned depthwise layers, which multiply in 32 bits.
TEST_F(OnednnInt8, ExactEverywhereUpTo128AndDepthwise) {
  for (const ConvShape& shape : kLayers) {
    SCOPED_TRACE(name(shape));
    EXPECT_EQ(onednn_differs(Layer<std::uint8_t>(shape, 0, 128)), 0);
  }
  EXPECT_EQ(onednn_differs(Layer<std::uint8_t>(kDepthwise, 0, 255)), 0);
}

TEST(IntConvBesideOnednn, OursIsExactOnTheSameLayersOnEveryMachine) {
  for (const ConvShape& shape : kLayers) {
    SCOPED_TRACE(name(shape));
    EXPECT_EQ(ours_differs(Layer<std::uint8_t>(shape, 0, 255)), 0);
    EXPECT_EQ(ours_differs(Layer<std::int8_t>(shape, -128, 127)), 0);
  }
  EXPECT_EQ(ours_differs(Layer<std::uint8_t>(kDepthwise, 0, 255)), 0);
  EXPECT_EQ(ours_differs(Layer<std::int8_t>(kDepthwise, -128, 127)), 0);
}

}  // namespace
}  // namespace qfx::peers
