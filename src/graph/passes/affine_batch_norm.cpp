#include "qfx/graph/affine_batch_norm.h"

#include "qfx/graph/freeze.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {

Model batch_norms_to_affine(Model model) {
  verify(model);
  for (Node& node : model.nodes) {
    if (!std::holds_alternative<BatchNorm>(node.op)) continue;
    FoldedPair pair = fold_pair(node);
    node.op = Affine{.num_parameters = node.shape[0]};
    node.params.at(Role::Scale).values = std::move(pair.scale);
    node.params.at(Role::Offset).values = std::move(pair.offset);
    node.statistics.clear();
  }
  verify(model);
  return model;
}

}  // namespace qfx::graph
