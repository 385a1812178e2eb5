// LeNet-5 (LeCun et al., 1998) with ReLU and max pooling, with and without batch norm.
#include <string>

#include "frontends/zoo.h"

namespace qfx::frontends {
namespace {

// One convolution of 5x5, ReLU and a pool that halves the image.
graph::NodeId stage(graph::Builder& builder, graph::NodeId x, std::int64_t out_channels,
                    std::int64_t padding, bool has_batch_norm, const std::string& number) {
  x = builder.conv2d(x,
                     {.out_channels = out_channels,
                      .kernel = {5, 5},
                      .padding = {padding, padding},
                      .has_bias = !has_batch_norm},
                     "conv" + number);
  if (has_batch_norm) x = builder.batch_norm(x, {}, "bn" + number);
  x = builder.relu(x, "relu" + number);
  return builder.max_pool2d(x, {}, "pool" + number);
}

void build(graph::Builder& builder, graph::NodeId input, std::int64_t classes,
           bool has_batch_norm) {
  // An image of 28 is padded to the 32 of the paper.
  const std::int64_t padding = builder.shape(input)[1] < 32 ? 2 : 0;
  graph::NodeId x = stage(builder, input, 6, padding, has_batch_norm, "1");
  x = stage(builder, x, 16, 0, has_batch_norm, "2");
  x = builder.flatten(x, "flatten");
  x = builder.linear(x, {.out_features = 120, .has_bias = true}, "linear1");
  x = builder.relu(x, "relu3");
  x = builder.linear(x, {.out_features = 84, .has_bias = true}, "linear2");
  x = builder.relu(x, "relu4");
  builder.linear(x, {.out_features = classes, .has_bias = true}, "classifier");
}

}  // namespace

void build_lenet(graph::Builder& builder, graph::NodeId input, std::int64_t classes) {
  build(builder, input, classes, false);
}

void build_lenet_bn(graph::Builder& builder, graph::NodeId input, std::int64_t classes) {
  build(builder, input, classes, true);
}

}  // namespace qfx::frontends
