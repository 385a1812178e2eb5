// Folds where every word is a whole pixel, as in C++ for HLS: convolutions and matrices are folded,
// everything else works on all lanes of a beat at once.
#pragma once

#include <cstdint>

#include "qfx/dataflow/dataflow.h"

namespace qfx::dataflow {

// The channels of a group that a convolution can read at once, or the elements of a matrix' input
// beat: simd is a divisor of them.
std::int64_t operands_at_once(const MultiplyAccumulate& sums);
// Of all groups.
std::int64_t outputs_of(const MultiplyAccumulate& sums);

// A process' fold, with what it leaves open: one result at a time, from all inputs of a group or
// beat. {0, 0} for what is not folded. Raises UserError with what is allowed.
Fold pixel_fold(const Network& network, const Process& process);

// A frame's cycles of a process that is folded so, each innermost loop a cycle long.
std::int64_t pixel_cycles(const Network& network, const Process& process, const Fold& fold);

}  // namespace qfx::dataflow
