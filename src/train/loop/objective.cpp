#include "train/loop/objective.h"

#include "train/tensors/values.h"

#include "qfx/base/error.h"
#include "qfx/graph/outputs.h"

namespace qfx::train {

std::vector<float> class_weights(const frontends::Recipe& recipe, const data::Dataset& train_set,
                                 std::int64_t outputs) {
  if (!recipe.balances_classes && recipe.class_weights.empty()) return {};
  std::vector<double> samples(static_cast<std::size_t>(outputs), 0.0);
  for (const std::int32_t label : train_set.labels) ++samples[static_cast<std::size_t>(label)];
  std::vector<double> weights = recipe.class_weights;
  if (weights.empty()) {
    for (const double count : samples) weights.push_back(count > 0 ? 1 / count : 0);
  }
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * samples[i];
  const double mean = sum / static_cast<double>(train_set.labels.size());
  std::vector<float> result;
  for (const double weight : weights) result.push_back(static_cast<float>(weight / mean));
  return result;
}

Objective::Objective(const frontends::Recipe& recipe, const data::Dataset& train_set)
    : loss_(recipe.model.task.loss), smoothing_(recipe.label_smoothing) {
  const std::int64_t outputs = graph::output_size(recipe.model);
  const std::vector<float> weights = class_weights(recipe, train_set, outputs);
  if (!weights.empty()) weights_ = float_tensor(weights);
}

at::Tensor Objective::operator()(const at::Tensor& scores, const Batch& batch) const {
  const at::Tensor outputs = scores.to(at::kFloat);
  if (loss_ == graph::Loss::CrossEntropy)
    return cross_entropy(outputs, batch.labels.to(outputs.device()));
  const at::Tensor targets = batch.targets.to(outputs.device());
  switch (loss_) {
    case graph::Loss::CrossEntropy:
      break;
    case graph::Loss::Mse:
      return at::mse_loss(outputs, targets);
    case graph::Loss::Mae:
      return at::l1_loss(outputs, targets);
    case graph::Loss::Bce:
      return at::binary_cross_entropy_with_logits(outputs, targets);
  }
  internal_error("a loss that is none");
}

// A weighted mean by torch divides by the weights of the batch at hand; several processes would
// then each have another divisor than the one that has the whole batch.
at::Tensor Objective::cross_entropy(const at::Tensor& scores, const at::Tensor& labels) const {
  constexpr std::int64_t kIgnored = -100;  // torch's; no label
  if (!weights_.defined())
    return at::cross_entropy_loss(scores, labels, {}, at::Reduction::Mean, kIgnored, smoothing_);
  return at::cross_entropy_loss(scores, labels, weights_.to(scores.device()), at::Reduction::Sum,
                                kIgnored, smoothing_) /
         labels.numel();
}

}  // namespace qfx::train
