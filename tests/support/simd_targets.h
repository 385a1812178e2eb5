// Runs a test on every SIMD target this machine has, not only on the best one.
#pragma once

#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <hwy/targets.h>

namespace qfx::test {

inline void for_each_simd_target(const std::function<void()>& check) {
  const std::int64_t all = hwy::SupportedTargets();
  for (std::int64_t rest = all; rest != 0; rest &= rest - 1) {
    const std::int64_t target = rest & -rest;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    SCOPED_TRACE(hwy::TargetName(target));
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
}

}  // namespace qfx::test
