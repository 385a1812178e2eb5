#include "frontends/zoo/blocks.h"

namespace qfx::frontends {

graph::Conv2d same_conv(std::int64_t out_channels, std::int64_t size, std::int64_t stride,
                        std::int64_t groups) {
  return {.out_channels = out_channels,
          .kernel = {size, size},
          .stride = {stride, stride},
          .padding = {size / 2, size / 2},
          .groups = groups};
}

graph::NodeId conv_bn_relu(graph::Builder& builder, graph::NodeId x, std::int64_t out_channels,
                           std::int64_t stride, const std::string& number) {
  x = builder.conv2d(x, same_conv(out_channels, 3, stride), "conv" + number);
  x = builder.batch_norm(x, {}, "bn" + number);
  return builder.relu(x, "relu" + number);
}

graph::NodeId basic_block(graph::Builder& builder, graph::NodeId x, std::int64_t out_channels,
                          std::int64_t stride, const std::string& block) {
  const bool same_size = stride == 1 && builder.shape(x).front() == out_channels;
  graph::NodeId y = builder.conv2d(x, same_conv(out_channels, 3, stride), block + ".conv1");
  y = builder.batch_norm(y, {}, block + ".bn1");
  y = builder.relu(y, block + ".relu1");
  y = builder.conv2d(y, same_conv(out_channels, 3), block + ".conv2");
  y = builder.batch_norm(y, {}, block + ".bn2");
  graph::NodeId shortcut = x;
  if (!same_size) {
    shortcut = builder.conv2d(x, same_conv(out_channels, 1, stride), block + ".shortcut");
    shortcut = builder.batch_norm(shortcut, {}, block + ".shortcut_bn");
  }
  y = builder.add(y, shortcut, block + ".add");
  return builder.relu(y, block + ".relu");
}

graph::NodeId classify(graph::Builder& builder, graph::NodeId x, std::int64_t classes) {
  x = builder.global_avg_pool2d(x, "pool");
  x = builder.flatten(x, "flatten");
  return builder.linear(x, {.out_features = classes, .has_bias = true}, "classifier");
}

}  // namespace qfx::frontends
