// The vector loops of qfx/kernels/int_chain.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "qfx/kernels/int_chain.h"

namespace qfx::kernels {

// The most elements of a step, and bytes of their lanes: constants by channel go on for so long
// behind the last channel.
inline constexpr std::int64_t kMostStep = 256, kMostStepBytes = 512;

template <class Lane>
struct ChainProgram {
  std::span<const ChainOperation<Lane>> operations;
  const Lane* constants;
  std::int64_t channels;
  Storage from, to;
  bool from_sums = false;  // in lanes of 64 bits: `from` are int64_t
};

inline bool adds_other(ChainCode code) {
  return code == ChainCode::AddScaledOther || code == ChainCode::AddTimesOther ||
         code == ChainCode::AddOther || code == ChainCode::SubtractOther;
}
inline bool reads_other(ChainCode code) {
  return adds_other(code) || code == ChainCode::MultiplyOther || code == ChainCode::LargerOther ||
         code == ChainCode::SmallerOther;
}

// Where a run begins: `from` and `to` at its first element, whose channel is `channel`; element
// `first` of the others.
struct ChainPlace {
  const std::byte* from;
  const std::byte* const* others;
  std::byte* to;
  std::int64_t first, channel, count;
};

// Whole steps; returns how many elements they have.
std::int64_t run_chain(const ChainProgram<std::int16_t>& program, const ChainPlace& place);
std::int64_t run_chain(const ChainProgram<std::int32_t>& program, const ChainPlace& place);
// All of them.
std::int64_t run_chain(const ChainProgram<std::int64_t>& program, const ChainPlace& place);

}  // namespace qfx::kernels
