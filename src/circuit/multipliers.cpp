// How many multipliers an engine has.
#include <algorithm>

#include "qfx/circuit/formula.h"
#include "qfx/circuit/pipeline.h"
#include "qfx/circuit/plan.h"

namespace qfx::circuit {
namespace {

struct Multipliers {
  const dataflow::Network& network;

  std::int64_t operator()(const Sums& sums) const {
    const auto& work = std::get<dataflow::MultiplyAccumulate>(
        network.processes[static_cast<std::size_t>(sums.process)].work);
    const SumsPipeline pipeline = pipeline_of(network, sums);
    const bool needs_none = work.factor.binary || work.factor.digits > 0 || work.gate.has_value() ||
                            pipeline.matrix_stages > 0;
    return needs_none ? 0 : sums.pe * pipeline.operands;
  }
  std::int64_t operator()(const Chain& chain) const { return of(formula_of(network, chain)); }
  std::int64_t operator()(const Spread& spread) const { return of(formula_of(network, spread)); }
  std::int64_t operator()(const Pool& pool) const { return of_mean(pool.process, pool.lanes); }
  std::int64_t operator()(const Plane& plane) const { return of_mean(plane.process, plane.lanes); }
  template <class Other>
  std::int64_t operator()(const Other&) const {
    return 0;
  }

  // By factors of its place; the reciprocal is a constant.
  std::int64_t of_mean(ProcessId process, std::int64_t lanes) const {
    const auto& work = std::get<dataflow::WindowReduce>(
        network.processes[static_cast<std::size_t>(process)].work);
    return work.mean && work.mean->has_factors() ? lanes : 0;
  }
  static std::int64_t of(const Formula& formula) {
    return std::ranges::count_if(formula.values, [](const Value& value) {
      return std::holds_alternative<Product>(value.operation);
    });
  }
};

}  // namespace

std::int64_t multipliers_of(const Circuit& circuit, EngineId engine) {
  return std::visit(Multipliers{circuit.network},
                    circuit.engines[static_cast<std::size_t>(engine)].part);
}

}  // namespace qfx::circuit
