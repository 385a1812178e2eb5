// Runs a test of the integer kernels on every SIMD target that this machine has and they are
// compiled for, not only on the best one, and proves which ran.
#pragma once

#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <string>

#include "kernels/targets.h"
// After it: it says which targets are compiled.
#include <hwy/targets.h>

#include "kernels/gemm/avx512_dots.h"

#include "qfx/kernels/int_gemm.h"

namespace qfx::test {

inline void for_each_simd_target(const std::function<void()>& check) {
  const auto run = [&](const std::string& name) {
    SCOPED_TRACE(name);
    ASSERT_EQ(kernels::gemm_target(), name);
    check();
  };
  hwy::SetSupportedTargetsForTest(0);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    // The machine without vectors goes by two names.
    const std::string name = target == HWY_EMU128 ? "SCALAR" : hwy::TargetName(target);
#if HWY_ARCH_X86
    if (target == HWY_AVX3 && kernels::avx512::has_dots()) {
      run(name + " with VNNI");
      kernels::avx512::allow_dots(false);
    }
#endif
    run(name);
#if HWY_ARCH_X86
    kernels::avx512::allow_dots(true);
#endif
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
}

}  // namespace qfx::test
