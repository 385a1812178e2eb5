// Residual networks: the small one of the demo, and CIFAR's (He et al., 2015, section 4.2).
#include <fmt/format.h>
#include <string>

#include "frontends/zoo.h"
#include "frontends/zoo/blocks.h"

namespace qfx::frontends {
namespace {

// One convolution with a shortcut around it: block.conv, block.bn, block.add, block.relu.
graph::NodeId small_block(graph::Builder& builder, graph::NodeId x, const std::string& block) {
  const std::int64_t channels = builder.shape(x).front();
  graph::NodeId y = builder.conv2d(x, same_conv(channels, 3), block + ".conv");
  y = builder.batch_norm(y, {}, block + ".bn");
  y = builder.add(y, x, block + ".add");
  return builder.relu(y, block + ".relu");
}

// Three stages of 16, 32 and 64 channels with this many blocks each: "stage2.block1.conv1".
void build_cifar_resnet(graph::Builder& builder, graph::NodeId input, std::int64_t classes,
                        int blocks) {
  graph::NodeId x = conv_bn_relu(builder, input, 16, 1, "1");
  for (int stage = 1; stage <= 3; ++stage) {
    for (int block = 1; block <= blocks; ++block) {
      const std::int64_t stride = stage > 1 && block == 1 ? 2 : 1;
      x = basic_block(builder, x, 8 << stage, stride, fmt::format("stage{}.block{}", stage, block));
    }
  }
  classify(builder, x, classes);
}

}  // namespace

void build_tiny_resnet(graph::Builder& builder, graph::NodeId input, std::int64_t classes) {
  graph::NodeId x = conv_bn_relu(builder, input, 16, 1, "1");
  x = builder.max_pool2d(x, {}, "pool1");
  x = small_block(builder, x, "block1");
  x = conv_bn_relu(builder, x, 32, 2, "2");
  x = small_block(builder, x, "block2");
  classify(builder, x, classes);
}

void build_resnet8(graph::Builder& builder, graph::NodeId input, std::int64_t classes) {
  build_cifar_resnet(builder, input, classes, 1);
}

void build_resnet20(graph::Builder& builder, graph::NodeId input, std::int64_t classes) {
  build_cifar_resnet(builder, input, classes, 3);
}

}  // namespace qfx::frontends
