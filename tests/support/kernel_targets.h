// Runs a check on every instruction set of this machine that the kernels are compiled for.
#pragma once

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "kernels/targets.h"
//
#include "hwy/targets.h"

#include "qfx/kernels/fake_cast.h"

namespace qfx::kernels {

// SCALAR included: there the reference does the work.
inline std::vector<std::int64_t> machine_targets() {
  hwy::SetSupportedTargetsForTest(0);
  return hwy::SupportedAndGeneratedTargets();
}

// Kernels run on `target` while this lives; the constructor proves it.
class ForcedTarget {
 public:
  explicit ForcedTarget(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    EXPECT_STREQ(active_target(), hwy::TargetName(target));
  }
  ~ForcedTarget() { hwy::SetSupportedTargetsForTest(0); }
  ForcedTarget(const ForcedTarget&) = delete;
  ForcedTarget& operator=(const ForcedTarget&) = delete;
};

// check() once on every target.
template <class Check>
void on_every_target(const Check& check) {
  for (const std::int64_t target : machine_targets()) {
    const ForcedTarget forced(target);
    SCOPED_TRACE(std::string("target ") + hwy::TargetName(target));
    check();
  }
}

}  // namespace qfx::kernels
