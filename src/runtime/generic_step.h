// The step of a kind that has an exact value (graph/exact.h) and no kernel: a pass for each of its
// operations. Several times slower than a kernel, and as exact.
#pragma once

#include <algorithm>
#include <memory>

#include "runtime/proof.h"
#include "runtime/tile.h"

namespace qfx::runtime {

template <class Kind>
class GenericStep : public Step {
 public:
  GenericStep(const Analyzed& analyzed, graph::NodeId id, const Kind& kind)
      : Step(describe("pass by pass", "int64", analyzed.range(id).accumulator_width)),
        analyzed_(analyzed),
        id_(id),
        kind_(kind),
        cast_(accumulator_cast(analyzed, id)),
        to_(layout_of(analyzed, id)) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    const std::int64_t size = images * to_.elements();
    for (std::int64_t first = 0; first < size; first += kTile) {
      const std::int64_t count = std::min(kTile, size - first);
      Carver carver(scratch);
      auto* words = carver.take<std::int32_t>(kTile);
      cast_(exact(inputs, first, count, carver), words, count);
      kernels::narrow(words, count, output + to_.offset(first), to_.storage);
    }
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    Carver carver(nullptr);
    carver.take<std::int32_t>(kTile);
    exact(nullptr, 0, 0, carver);
    return carver.used();
  }

 private:
  const std::int64_t* exact(const std::byte* const* inputs, std::int64_t first, std::int64_t count,
                            Carver& carver) const {
    Tile tile(analyzed_, id_, inputs, first, count, carver);
    return tile.aligned(value(tile, kind_), analyzed_.range(id_).accumulator_frac_bits).raw;
  }

  Analyzed analyzed_;
  graph::NodeId id_;
  Kind kind_;
  kernels::IntCast cast_;
  TensorLayout to_;
};

template <class Kind>
std::unique_ptr<Step> make_generic(const Analyzed& analyzed, graph::NodeId id, const Kind& kind) {
  return std::make_unique<GenericStep<Kind>>(analyzed, id, kind);
}

}  // namespace qfx::runtime
