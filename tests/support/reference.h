// A deliberately naive interpreter of frozen models: element by element, in integers without a
// limit, straight from docs/semantics.md. It shares no code with the runtime; `fixed` is the law
// for both.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "qfx/fixed/value.h"
#include "qfx/graph/graph.h"

namespace qfx::test {

// The exact value raw * 2^-frac_bits / divisor.
struct Exact {
  fixed::BigInt raw = 0;
  int frac_bits = 0;
  std::int64_t divisor = 1;

  double approximate() const;
};

// One image's tensor and its format.
struct RawView {
  std::span<const std::int32_t> raw;
  const graph::FrozenNode& node;
};

// What a node other than input computes for one image before its cast. A flatten or unsqueeze has
// no cast: its values are its input's.
std::vector<Exact> exact_values(const graph::FrozenNode& node, const std::vector<RawView>& inputs);

// The one cast. `overflowed` tells whether the rounded value lay outside the format.
std::int32_t cast_exact(const Exact& value, const fixed::Format& format,
                        bool* overflowed = nullptr);

struct ReferenceTrace {
  std::vector<std::vector<std::int32_t>> raw;  // by node id, row-major {batch, shape...}
  std::vector<std::int64_t> overflows;         // by node id, over the batch
};

ReferenceTrace reference_run(const graph::FrozenModel& model, std::span<const std::int32_t> input,
                             std::int64_t batch);

// Stored samples as raw input values.
std::vector<std::int32_t> reference_quantize(const graph::FrozenNode& input,
                                             std::span<const float> samples);

}  // namespace qfx::test
