#include "frontends/zoo/fracbnn_blocks.h"

namespace qfx::frontends {
namespace {

constexpr double kResolution = 8;
constexpr std::int64_t kLevels = 32;  // round(255 / 8)

}  // namespace

graph::NodeId encode_bytes(graph::Builder& builder, graph::NodeId input) {
  return builder.thermometer(input, {.levels = kLevels, .resolution = kResolution}, "encoder");
}

graph::Conv2d binary_conv(std::int64_t out_channels, std::int64_t size, std::int64_t stride) {
  return {.out_channels = out_channels,
          .kernel = {size, size},
          .stride = {stride, stride},
          .padding = {size / 2, size / 2},
          .binary = true};
}

graph::FractionalConv2d fractional_conv(std::int64_t out_channels, std::int64_t size,
                                        std::int64_t stride) {
  return {.out_channels = out_channels,
          .kernel = {size, size},
          .stride = {stride, stride},
          .padding = {size / 2, size / 2}};
}

graph::NodeId rprelu(graph::Builder& builder, graph::NodeId x, const std::string& name) {
  const std::int64_t channels = builder.shape(x).front();
  x = builder.offset(x, name + ".shift_x");
  x = builder.prelu(x, {.num_parameters = channels}, name + ".prelu");
  return builder.offset(x, name + ".shift_y");
}

graph::NodeId channel_affine(graph::Builder& builder, graph::NodeId x, const std::string& name) {
  return builder.affine(x, {.num_parameters = builder.shape(x).front()}, name);
}

graph::NodeId times(graph::Builder& builder, graph::NodeId x, float factor,
                    const std::string& name) {
  x = builder.affine(x, {.has_offset = false}, name);
  builder.fill(x, graph::Role::Scale, factor);
  return x;
}

graph::NodeId halve_and_double(graph::Builder& builder, graph::NodeId x, const std::string& name,
                               const graph::AvgPool2d& pool) {
  x = builder.avg_pool2d(x, pool, name + ".pool");
  return builder.concat({x, x}, name);
}

}  // namespace qfx::frontends
