#include "qfx/adders/pipeline.h"

#include <algorithm>

#include "qfx/base/error.h"

namespace qfx::adders {

int stage_of(int level, int levels_per_register) {
  QFX_ASSERT(levels_per_register >= 1);
  return std::max(1, (level + levels_per_register - 1) / levels_per_register);
}

int matrix_stages(const AdderGraph& graph, int levels_per_register) {
  return stage_of(graph.depth(), levels_per_register);
}

}  // namespace qfx::adders
