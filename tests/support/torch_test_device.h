// Two devices of torch's for tests, "privateuseone:0" and ":1": what runs on them runs on the
// processor in the end, but in memory that no pointer reaches, so that code which takes a device's
// tensor for one of the processor's dies. Linking the source registers them.
#pragma once

#include "train/machine/torch.h"

namespace qfx::test {

inline constexpr const char* kTestDevice = "privateuseone";
inline constexpr int kTestDevices = 2;

// The address behind a pointer into a test device's memory.
void* reachable(void* pointer);

}  // namespace qfx::test
