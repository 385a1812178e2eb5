#include "qfx/graph/analyzed.h"

#include <utility>

#include "qfx/graph/verify.h"

namespace qfx::graph {

Analyzed::Analyzed(FrozenModel model) {
  verify(model);
  std::vector<NodeRange> ranges = analyze_ranges(model);
  proved_ = std::make_shared<const Proved>(Proved{std::move(model), std::move(ranges)});
}

}  // namespace qfx::graph
