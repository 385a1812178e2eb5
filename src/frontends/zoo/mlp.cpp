// Two hidden layers of 128; takes images and vectors.
#include "frontends/zoo.h"

namespace qfx::frontends {

void build_mlp(graph::Builder& builder, graph::NodeId input, std::int64_t classes) {
  graph::NodeId x = input;
  if (builder.shape(x).size() > 1) x = builder.flatten(x, "flatten");
  x = builder.linear(x, {.out_features = 128, .has_bias = true}, "linear1");
  x = builder.relu(x, "relu1");
  x = builder.linear(x, {.out_features = 128, .has_bias = true}, "linear2");
  x = builder.relu(x, "relu2");
  builder.linear(x, {.out_features = classes, .has_bias = true}, "classifier");
}

}  // namespace qfx::frontends
