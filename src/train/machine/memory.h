// Memory habits of a training process.
#pragma once

namespace qfx::train {

// Keeps freed memory in the process instead of giving it back to the system after every step: page
// faults on fresh memory would cost more than the step. Does nothing where the C library offers no
// such switch.
void keep_freed_memory();

}  // namespace qfx::train
