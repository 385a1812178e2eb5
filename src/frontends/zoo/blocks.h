// What the networks of the zoo are made of. A node is named STAGE + its part: "block1.conv",
// "conv1".
#pragma once

#include <cstdint>
#include <string>

#include "qfx/graph/builder.h"

namespace qfx::frontends {

// A convolution of `size` x `size`, padded so that stride 1 keeps the image's size, without bias.
graph::Conv2d same_conv(std::int64_t out_channels, std::int64_t size, std::int64_t stride = 1,
                        std::int64_t groups = 1);

// 3x3 convolution, batch norm, ReLU: "conv1", "bn1", "relu1".
graph::NodeId conv_bn_relu(graph::Builder& builder, graph::NodeId x, std::int64_t out_channels,
                           std::int64_t stride, const std::string& number);

// The basic block of CIFAR ResNets: two 3x3 convolutions and a shortcut, which is a 1x1 convolution
// where the size changes. Names: block.conv1, block.bn1, block.relu1, block.conv2, block.bn2,
// block.shortcut, block.shortcut_bn, block.add, block.relu.
graph::NodeId basic_block(graph::Builder& builder, graph::NodeId x, std::int64_t out_channels,
                          std::int64_t stride, const std::string& block);

// Global average, flatten, linear: "pool", "flatten", "classifier".
graph::NodeId classify(graph::Builder& builder, graph::NodeId x, std::int64_t classes);

}  // namespace qfx::frontends
