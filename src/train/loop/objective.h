// What training minimises: the loss of the recipe, its class weights and label smoothing.
#pragma once

#include "train/samples/loader.h"

#include "qfx/data/dataset.h"
#include "qfx/frontends/recipe.h"

namespace qfx::train {

// By class; their mean over the training samples is 1, so that the learning rate means what it
// means without them. Empty where all weigh alike.
std::vector<float> class_weights(const frontends::Recipe& recipe, const data::Dataset& train_set,
                                 std::int64_t outputs);

class Objective {
 public:
  Objective(const frontends::Recipe& recipe, const data::Dataset& train_set);

  // The mean over the batch, a scalar with its gradient. scores: {batch, outputs}, what
  // loss_input() of the network gives, on any device.
  at::Tensor operator()(const at::Tensor& scores, const Batch& batch) const;

 private:
  at::Tensor cross_entropy(const at::Tensor& scores, const at::Tensor& labels) const;

  graph::Loss loss_;
  double smoothing_;
  at::Tensor weights_;  // of the classes; undefined where all weigh alike
};

}  // namespace qfx::train
