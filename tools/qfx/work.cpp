#include "work.h"


namespace qfx::command {

Work& Work::operator+=(const Work& other) {
  multiplies += other.multiplies;
  shifts += other.shifts;
  adds += other.adds;
  return *this;
}

Work count_work(const graph::Analyzed& model, graph::NodeId id, graph::KHot k_hot) {
  const graph::Cost cost = graph::cost_of(model, id, k_hot);
  return {.multiplies = graph::total(cost.multiplies) + graph::total(cost.divisions),
          .shifts = graph::total(cost.shifts),
          .adds = graph::total(cost.adds)};
}

}  // namespace qfx::command
