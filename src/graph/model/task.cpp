#include "qfx/graph/task.h"

#include "qfx/base/error.h"

namespace qfx::graph {

std::string_view to_string(Loss loss) {
  switch (loss) {
    case Loss::CrossEntropy:
      return "cross_entropy";
    case Loss::Mse:
      return "mse";
    case Loss::Mae:
      return "mae";
    case Loss::Bce:
      return "bce";
  }
  internal_error("a loss has no word");
}

std::optional<Loss> find_loss(std::string_view word) {
  for (const Loss loss : kLosses) {
    if (to_string(loss) == word) return loss;
  }
  return std::nullopt;
}

}  // namespace qfx::graph
