// Depthwise separable convolutions (Howard et al., 2017), sized for small images.
#include <fmt/format.h>
#include <string>

#include "frontends/zoo.h"
#include "frontends/zoo/blocks.h"

namespace qfx::frontends {
namespace {

// A 3x3 convolution of each channel alone, then a 1x1 convolution across them.
graph::NodeId separable(graph::Builder& builder, graph::NodeId x, std::int64_t out_channels,
                        std::int64_t stride, const std::string& block) {
  const std::int64_t channels = builder.shape(x).front();
  x = builder.conv2d(x, same_conv(channels, 3, stride, channels), block + ".depthwise");
  x = builder.batch_norm(x, {}, block + ".bn1");
  x = builder.relu(x, block + ".relu1");
  x = builder.conv2d(x, same_conv(out_channels, 1), block + ".pointwise");
  x = builder.batch_norm(x, {}, block + ".bn2");
  return builder.relu(x, block + ".relu2");
}

struct Stage {
  std::int64_t out_channels;
  std::int64_t stride;
};
constexpr Stage kStages[] = {{32, 1}, {64, 2}, {64, 1}, {128, 2}, {128, 1}};

}  // namespace

void build_mobilenet_small(graph::Builder& builder, graph::NodeId input, std::int64_t classes) {
  graph::NodeId x = conv_bn_relu(builder, input, 16, 1, "1");
  int number = 0;
  for (const Stage& stage : kStages) {
    x = separable(builder, x, stage.out_channels, stage.stride, fmt::format("block{}", ++number));
  }
  classify(builder, x, classes);
}

}  // namespace qfx::frontends
