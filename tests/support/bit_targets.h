// Runs a test on every SIMD target of this machine that products of bits are compiled for.
#pragma once

#define HWY_WANT_AVX3_DL
#include <gtest/gtest.h>

#include "kernels/targets.h"
// After it: it says which targets are compiled.
#include <hwy/targets.h>

namespace qfx::test {

template <class Check>
void on_every_target_of_bits(const Check& check) {
  hwy::SetSupportedTargetsForTest(0);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
}

}  // namespace qfx::test
