// The loop of every random test: how many cases, from which seed, and what to print when one fails.
#pragma once

#include <cstdint>
#include <string>

#include "support/random_model.h"
#include "support/shrink.h"

namespace qfx::test {

struct RandomRun {
  std::uint64_t seed = 1;  // of the first case; the next one has seed + 1
  std::int64_t count = 0;
};

// Call from main with its arguments before the tests: --seed N and --count N. Else QFX_RANDOM_SEED
// and QFX_RANDOM_COUNT decide; else QFX_LONG=1 asks for `long_count` cases instead of `count`.
void read_random_arguments(int argc, char** argv);
RandomRun random_run(std::int64_t count, std::int64_t long_count);

// The case of a seed: a model, and samples for `batch` images. Odd seeds have the modes of ap_fixed,
// even ones those of ac_fixed.
Case random_case(std::uint64_t seed, std::int64_t batch, RandomModelOptions options = {});

// Empty if `check` finds nothing wrong with the case, else what it found, the seed, and the
// smallest model that still fails.
std::string failure_of(std::uint64_t seed, Case one, const Check& check, int max_tries = 1000);

}  // namespace qfx::test
