// That float32 convolutions really are exact up to the proved bound, and which carriers a trace
// names.
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "train/ops/product.h"

#include "qfx/base/error.h"
#include "qfx/graph/builder.h"
#include "qfx/train/trace.h"

namespace qfx::train {
namespace {

// Integer sums of a convolution, the plain way.
std::vector<std::int64_t> integer_sums(const at::Tensor& x, const at::Tensor& w, int stride,
                                       int padding) {
  const at::Tensor wide = at::conv2d(x.to(at::kDouble), w.to(at::kDouble), {}, stride, padding);
  std::vector<std::int64_t> sums;
  const std::int64_t n = x.size(0), ci = x.size(1), h = x.size(2), v = x.size(3);
  const std::int64_t co = w.size(0), k = w.size(2);
  for (std::int64_t b = 0; b < n; ++b)
    for (std::int64_t o = 0; o < co; ++o)
      for (std::int64_t i = 0; i < wide.size(2); ++i)
        for (std::int64_t j = 0; j < wide.size(3); ++j) {
          std::int64_t s = 0;
          for (std::int64_t c = 0; c < ci; ++c)
            for (std::int64_t p = 0; p < k; ++p)
              for (std::int64_t q = 0; q < k; ++q) {
                const std::int64_t y = i * stride - padding + p, z = j * stride - padding + q;
                if (y < 0 || y >= h || z < 0 || z >= v) continue;
                s +=
                    static_cast<std::int64_t>(x.data_ptr<float>()[((b * ci + c) * h + y) * v + z]) *
                    static_cast<std::int64_t>(w.data_ptr<float>()[((o * ci + c) * k + p) * k + q]);
              }
          sums.push_back(s);
        }
  return sums;
}

TEST(Exactness, Float32ConvolutionHoldsEveryBitUpToTheBound) {
  at::manual_seed(1);
  // 16 * 9 products of at most 255 * 455: just below 2^24, where Winograd's fractions would show at
  // once.
  for (const int stride : {1, 2}) {
    for (const int batch : {1, 2, 17}) {
      const at::Tensor x = at::randint(200, 256, {batch, 16, 12, 12}).to(at::kFloat);
      const at::Tensor w = at::randint(-455, 456, {16, 16, 3, 3}).to(at::kFloat);
      const auto grids = product_grids({0, 255}, w, {0});
      for (const steps::Grid& g : grids) ASSERT_EQ(carrier_for(g, "conv"), steps::Carrier::Float32);
      graph::Conv2d conv{
          .out_channels = 16, .kernel = {3, 3}, .stride = {stride, stride}, .padding = {1, 1}};
      const at::Tensor y = exact_conv2d(x, w, conv, steps::Carrier::Float32).contiguous();
      ASSERT_EQ(y.scalar_type(), at::kFloat);
      const std::vector<std::int64_t> expected = integer_sums(x, w, stride, 1);
      ASSERT_EQ(y.numel(), static_cast<std::int64_t>(expected.size()));
      std::int64_t different = 0;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        different +=
            static_cast<double>(y.data_ptr<float>()[i]) != static_cast<double>(expected[i]);
      }
      EXPECT_EQ(different, 0) << "stride " << stride << ", batch " << batch;
    }
  }
}

graph::Model linear_model(int width, std::int64_t features) {
  graph::Builder builder("net", 1);
  builder.linear(builder.input({features}), {.out_features = 2, .has_bias = false}, "fc");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) node.spec = {.width = width, .int_bits = 2};
  auto& weight = model.nodes[1].params.at(graph::Role::Weight);
  weight.spec = {.width = width, .int_bits = 1};
  std::fill(weight.values.begin(), weight.values.end(), -1.0F);
  return model;
}

TEST(Exactness, TheTraceNamesTheCarrierOfEachLayer) {
  const auto carrier = [](int width, std::int64_t features) {
    return trace_forward(linear_model(width, features), std::vector<float>(features, 0.75F), 1)
        .carrier;
  };
  EXPECT_THAT(carrier(8, 64), testing::ElementsAre("-", "float32"));
  // 2^11 * 2^11 * 4 = 2^24
  EXPECT_THAT(carrier(12, 4), testing::ElementsAre("-", "float64"));
  EXPECT_THAT(carrier(12, 3), testing::ElementsAre("-", "float32"));
  EXPECT_THAT(carrier(25, 4), testing::ElementsAre("-", "float64"));
}

// By the formats of its operands the layer's sums have 58 bits, by what its input can be 53.
TEST(Exactness, SmallValuesInAWideFormatNeedNoWideSum) {
  graph::Builder builder("net", 1);
  const graph::NodeId x = builder.input({4});
  builder.linear(builder.add(x, x), {.out_features = 3, .has_bias = false}, "fc");
  graph::Model model = builder.finish();
  model.nodes[0].spec = {.width = 8, .int_bits = 2};
  model.nodes[1].spec = {.width = 28, .int_bits = 8};
  model.nodes[2].spec = {.width = 16, .int_bits = 6};
  graph::Param& weight = model.nodes[2].params.at(graph::Role::Weight);
  weight.spec = {.width = 28, .int_bits = 1};
  std::fill(weight.values.begin(), weight.values.end(), -1.0F);
  const ForwardTrace trace = trace_forward(model, std::vector<float>(4, 0.75F), 1);
  EXPECT_EQ(trace.raw[2], std::vector<std::int64_t>(3, -6 * 1024));
  model.nodes[0].spec.int_bits = 4;  // four times as large, and so are the sums
  EXPECT_THROW(trace_forward(model, std::vector<float>(4, 0.75F), 1), UserError);
}

TEST(Exactness, WhatNoCarrierHoldsIsRefusedByName) {
  try {
    trace_forward(linear_model(32, 64), std::vector<float>(64, 0.75F), 1);
    FAIL() << "a sum of 68 bits went through";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'fc'"));
    EXPECT_THAT(error.what(), testing::HasSubstr("53 bits"));
  }
}

}  // namespace
}  // namespace qfx::train
