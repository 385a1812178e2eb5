// SGD with momentum and Adam on named float32 leaves. Written out here because their state belongs
// to the checkpoint, under the tensors' names, with the same bits for every version of torch.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/network/network.h"

#include "qfx/frontends/recipe.h"

namespace qfx::train {

struct Trained {
  std::string name;
  at::Tensor value;
  bool decays = false;  // weight decay: weights and linear biases
};

// Keeps the parameters whose names these globs match as they are: no gradient is computed for them.
void keep_values(Network& network, const std::vector<std::string>& globs);

// What of the network is learned beside the binary points: weights, biases, gamma, beta, slopes,
// offsets; without those that keep their values.
std::vector<Trained> trained_tensors(Network& network);

// In what Adam's rate is given.
enum class RateUnit {
  One,
  // The root mean square that a tensor has at the start of the phase: a trained network's layers
  // have any scale, that of inputs of 0..255 among them, and one rate has to suit them all.
  TensorSize
};

class Optimizer {
 public:
  Optimizer(const frontends::Optimizer& settings, std::vector<Trained> tensors,
            RateUnit unit = RateUnit::One);

  // One step along the gradients that the leaves hold; a leaf without one stays.
  void step(double learning_rate);
  void zero_gradients();
  // The first tensor that holds a NaN or an infinity; empty where none does.
  std::string diverged_tensor() const;

  // Momentum, or Adam's two averages, by "<tensor>.momentum", "<tensor>.first", "<tensor>.second";
  // the tensor's size by "<tensor>.unit".
  std::map<std::string, std::vector<float>> state() const;
  void load_state(const std::map<std::string, std::vector<float>>& state, std::int64_t steps);
  std::int64_t steps() const { return steps_; }

 private:
  bool adam_ = false;
  double momentum_ = 0, weight_decay_ = 0;
  std::int64_t steps_ = 0;
  std::vector<Trained> tensors_;
  std::vector<std::vector<float>> first_, second_;  // momentum is first_
  std::vector<std::vector<float>> units_;           // one a tensor; empty where they are 1
};

}  // namespace qfx::train
