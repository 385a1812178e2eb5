// A run of a second: a small network with every learned kind of node on a tiny data set.
#pragma once

#include "support/tiny_data.h"

#include "qfx/base/file.h"
#include "qfx/graph/builder.h"
#include "qfx/train/run.h"

namespace qfx::train {

inline frontends::Recipe tiny_recipe(const std::string& data) {
  frontends::Recipe recipe;
  recipe.text = "# tiny\n";
  recipe.name = "tiny";
  recipe.seed = 7;
  recipe.threads = 1;
  graph::Builder builder("tiny", 7);
  auto x = builder.input({1, 8, 8}, {.divisor = 255});
  x = builder.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}}, "conv1");
  x = builder.relu(builder.batch_norm(x, {}, "bn1"), "relu1");
  x = builder.max_pool2d(x, {}, "pool1");
  auto y = builder.conv2d(
      x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}, .has_bias = true}, "conv2");
  x = builder.relu(builder.add(builder.batch_norm(y, {}, "bn2"), x, "add"), "relu2");
  x = builder.linear(builder.flatten(builder.global_avg_pool2d(x, "gap"), "flat"),
                     {.out_features = 4}, "fc");
  recipe.model = builder.finish();
  recipe.model.nodes[1].params.at(graph::Role::Weight).spec.granularity =
      graph::Granularity::PerChannel;
  for (graph::Node& node : recipe.model.nodes) {
    if (node.name == "bn2") node.params.at(graph::Role::Scale).spec.k_hot = 2;
  }
  recipe.data = data;
  recipe.batch_size = 16;
  recipe.augment = {.flip = true, .crop_padding = 1};
  recipe.float_phase = {.epochs = 2, .optimizer = {.learning_rate = 0.05}};
  recipe.fixed_phase = {.epochs = 2, .optimizer = {.learning_rate = 0.02}};
  recipe.calibration.images = 32;
  return recipe;
}

}  // namespace qfx::train
