// What a network is for: what its outputs are compared with, and by which loss. Part of a model, so
// that whoever runs it measures what training measured.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfx::graph {

// Means over all outputs and samples, of the real outputs y and targets t.
enum class Loss {
  CrossEntropy,  // -log softmax(y)[class]; one class a sample
  Mse,           // (y - t)^2
  Mae,           // |y - t|
  Bce,           // of sigmoid(y) and t in 0..1; several labels a sample, each there or not
};

inline constexpr Loss kLosses[] = {Loss::CrossEntropy, Loss::Mse, Loss::Mae, Loss::Bce};

// The recipe's and the file's word: "cross_entropy", "mse", "mae", "bce".
std::string_view to_string(Loss loss);
std::optional<Loss> find_loss(std::string_view word);

// Bytes of UTF-8, at least 1.
inline constexpr std::size_t kMaxOutputNameLength = 100;

struct Task {
  Loss loss = Loss::CrossEntropy;
  // The target is the sample itself as the network sees it, after normalize: an autoencoder.
  bool rebuilds_input = false;
  // Of the outputs, in order: classes, labels or columns. Empty where nobody named them.
  std::vector<std::string> names;
  bool operator==(const Task&) const = default;

  bool classifies() const { return loss == Loss::CrossEntropy; }
};

}  // namespace qfx::graph
