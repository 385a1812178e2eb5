// The losses, their weights and their smoothing, against formulas written out.
#include "train/loop/objective.h"

#include <cmath>
#include <gtest/gtest.h>

#include "train/tensors/values.h"

#include "qfx/graph/builder.h"

namespace qfx::train {
namespace {

frontends::Recipe recipe_for(graph::Loss loss, std::int64_t outputs) {
  frontends::Recipe recipe;
  graph::Builder builder("net", 1);
  builder.linear(builder.input({4}, {}), {.out_features = outputs}, "fc");
  recipe.model = builder.finish();
  recipe.model.task.loss = loss;
  return recipe;
}

data::Dataset labelled(const std::vector<std::int32_t>& labels) {
  data::Dataset set;
  set.sample_shape = {4};
  set.labels = labels;
  set.class_count = 3;
  set.floats.resize(labels.size() * 4);
  return set;
}

Batch batch_of(const std::vector<std::int64_t>& labels) {
  Batch batch;
  batch.labels = at::tensor(at::ArrayRef<std::int64_t>(labels), at::kLong);
  return batch;
}

at::Tensor some_scores() {
  return at::tensor({1.0F, -2.0F, 0.5F, 0.0F, 3.0F, -1.0F}).reshape({2, 3});
}

// -log softmax(row)[label]
double nll(int row, int label) {
  const at::Tensor scores = some_scores();
  const float* x = scores.data_ptr<float>() + 3 * row;
  return std::log(std::exp(x[0]) + std::exp(x[1]) + std::exp(x[2])) - x[label];
}

double loss_value(const Objective& objective, const Batch& batch) {
  return objective(some_scores(), batch).item<double>();
}

TEST(Objective, CrossEntropyWeighsAndSmooths) {
  frontends::Recipe recipe = recipe_for(graph::Loss::CrossEntropy, 3);
  const data::Dataset set = labelled({0, 0, 0, 1});  // class 2 has no sample
  const Batch batch = batch_of({0, 1});
  EXPECT_NEAR(loss_value({recipe, set}, batch), (nll(0, 0) + nll(1, 1)) / 2, 1e-6);

  recipe.label_smoothing = 0.3;
  double smooth = 0;
  for (int row = 0; row < 2; ++row) {
    const double mean = (nll(row, 0) + nll(row, 1) + nll(row, 2)) / 3;
    smooth += (0.7 * nll(row, row) + 0.3 * mean) / 2;
  }
  EXPECT_NEAR(loss_value({recipe, set}, batch), smooth, 1e-6);

  recipe.label_smoothing = 0;
  recipe.balances_classes = true;
  // Three samples of class 0, one of class 1: each class weighs 2 of 4 in all.
  EXPECT_EQ(class_weights(recipe, set, 3), (std::vector<float>{2.0F / 3, 2, 0}));
  EXPECT_NEAR(loss_value({recipe, set}, batch), (2.0 / 3 * nll(0, 0) + 2 * nll(1, 1)) / 2, 1e-6);
}

TEST(Objective, WeightsOfAListAreScaledToAMeanOfOne) {
  frontends::Recipe recipe = recipe_for(graph::Loss::CrossEntropy, 3);
  recipe.class_weights = {1, 5, 2};
  const data::Dataset set = labelled({0, 0, 0, 1});
  EXPECT_EQ(class_weights(recipe, set, 3), (std::vector<float>{0.5, 2.5, 1}));
  // Two processes with a sample each have the mean of their means: the whole batch's.
  const Objective objective(recipe, set);
  double halves = 0;
  for (const std::int64_t row : {0, 1})
    halves += objective(some_scores().slice(0, row, row + 1), batch_of({row})).item<double>() / 2;
  EXPECT_NEAR(loss_value(objective, batch_of({0, 1})), halves, 1e-6);
}

TEST(Objective, ValuesAndLabelsAreMeansOverAllOutputs) {
  Batch batch;
  batch.targets = at::tensor({1.0F, 0.0F, 1.0F, 0.0F, 1.0F, 1.0F}).reshape({2, 3});
  double mse = 0, mae = 0, bce = 0;
  for (int i = 0; i < 6; ++i) {
    const double y = some_scores().data_ptr<float>()[i], t = batch.targets.data_ptr<float>()[i];
    mse += (y - t) * (y - t) / 6;
    mae += std::abs(y - t) / 6;
    bce += (std::log(1 + std::exp(-y)) + (1 - t) * y) / 6;
  }
  const data::Dataset set = labelled({});
  EXPECT_NEAR(loss_value({recipe_for(graph::Loss::Mse, 3), set}, batch), mse, 1e-6);
  EXPECT_NEAR(loss_value({recipe_for(graph::Loss::Mae, 3), set}, batch), mae, 1e-6);
  EXPECT_NEAR(loss_value({recipe_for(graph::Loss::Bce, 3), set}, batch), bce, 1e-6);
}

}  // namespace
}  // namespace qfx::train
