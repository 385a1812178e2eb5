// Random folds for a network: any that its layers allow, for about half of them.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "support/rng.h"

#include "qfx/circuit/word_moves.h"
#include "qfx/dataflow/dataflow.h"
#include "qfx/dataflow/pixel_fold.h"

namespace qfx::test {

inline std::int64_t random_divisor(Rng& rng, std::int64_t of) {
  std::vector<std::int64_t> divisors;
  for (std::int64_t i = 1; i <= of; ++i)
    if (of % i == 0) divisors.push_back(i);
  return rng.pick(divisors);
}

// Of a process that adds products up.
inline dataflow::Fold random_fold(Rng& rng, const dataflow::MultiplyAccumulate& sums) {
  const std::vector<std::int64_t>& shape = sums.factor.values.shape;
  const std::int64_t outputs = sums.window ? shape[0] / sums.groups : shape[1];
  const std::int64_t inputs = sums.window ? shape[2] : shape[0] * shape[2];
  dataflow::Fold fold;
  fold.pe = rng.between(1, outputs);
  if (sums.accumulator) return fold;
  fold.simd = random_divisor(rng, inputs);
  if (sums.window && sums.groups == 1 && rng.chance(0.3)) fold.simd = shape[1] * inputs;
  if (inputs == 1 && sums.groups > 1 && rng.chance(0.7)) {
    fold.pe = outputs * random_divisor(rng, sums.groups);
    fold.simd = 0;
  }
  return fold;
}

inline dataflow::Folding random_folding(std::uint64_t seed, const dataflow::Network& network) {
  Rng rng(seed);
  dataflow::Folding folding;
  for (const dataflow::Process& process : network.processes) {
    if (!dataflow::computes(process) || rng.chance(0.4)) continue;
    dataflow::Fold fold;
    if (const auto* sums = std::get_if<dataflow::MultiplyAccumulate>(&process.work)) {
      fold = random_fold(rng, *sums);
    } else if (std::holds_alternative<dataflow::Move>(process.work)) {
      fold.pe = random_divisor(rng, circuit::widest_word(network, process));
    } else if (!std::holds_alternative<dataflow::Normalise>(process.work)) {
      std::int64_t channels = 0;
      for (dataflow::StreamId stream : process.inputs) {
        const dataflow::Layout& layout = network.streams[stream].layout;
        channels = std::gcd(
            channels, layout.order == dataflow::Order::Pixels ? layout.lanes : layout.elements());
      }
      fold.pe = random_divisor(rng, channels);
      if (const auto* spread = std::get_if<dataflow::Spread>(&process.work))
        fold.pe *= spread->thresholds.shape[1];
    }
    folding[network.node(process.node).name] = fold;
  }
  return folding;
}

// The same where words are whole pixels: convolutions and matrices alone.
inline dataflow::Folding random_pixel_folding(std::uint64_t seed,
                                              const dataflow::Network& network) {
  Rng rng(seed);
  dataflow::Folding folding;
  for (const dataflow::Process& process : network.processes) {
    const auto* sums = std::get_if<dataflow::MultiplyAccumulate>(&process.work);
    if (sums == nullptr || rng.chance(0.3)) continue;
    folding[network.node(process.node).name] = {
        .pe = rng.between(1, dataflow::outputs_of(*sums)),
        .simd = random_divisor(rng, dataflow::operands_at_once(*sums))};
  }
  return folding;
}

}  // namespace qfx::test
