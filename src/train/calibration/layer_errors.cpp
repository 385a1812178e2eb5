#include "train/calibration/layer_errors.h"

#include <cmath>

namespace qfx::train {

double NodeError::relative() const {
  if (squares == 0) return 0;
  return std::sqrt(squares / std::max(spread, 1e-300));
}

void ErrorCount::add(BothWays& both, const Layer& layer) {
  NodeError& error = nodes_[layer.id];
  double sum = 0, square = 0, count = 0;
  for (std::int64_t b = 0; b < both.batches(); ++b) {
    const at::Tensor real = both.real(layer.id, b).to(at::kDouble);
    const at::Tensor off = both.fixed(layer.id, b).to(at::kDouble) - real;
    error.squares += at::sum(at::square(off)).item<double>();
    sum += at::sum(real).item<double>();
    square += at::sum(at::square(real)).item<double>();
    count += static_cast<double>(real.numel());
  }
  error.spread += square - sum * sum / count;
}

double ErrorCount::relative(const std::vector<graph::NodeId>& nodes) const {
  double squares = 0;
  for (const graph::NodeId id : nodes) squares += std::pow(at(id).relative(), 2);
  return std::sqrt(squares / static_cast<double>(nodes.size()));
}

}  // namespace qfx::train
