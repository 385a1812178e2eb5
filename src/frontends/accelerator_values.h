// What the published FracBNN accelerator makes of its parameters before a format sees them.
#pragma once

#include <string>

#include "qfx/store/safetensors.h"

namespace qfx::frontends {

// The tensors of the zoo's fracbnn_published from those of the published network:
// - each fractional convolution's weight, for the sum over the first bits too (NAME.msb_sum);
// - its threshold t. The accelerator rounds it to T * 2^-8 and computes the second bits where
//   171 * M > T, M the sum over the first ones. Ours compares 2 * M: with 2 * floor(T / 171) + 1,
//   an odd number between two even ones;
// - the classifier's weight rounded to 2^-8, as its format rounds it once more, to 2^-7.
// Raises UserError, beginning with `place`, for a tensor that is not float32.
store::Safetensors accelerator_values(const store::Safetensors& published,
                                      const std::string& place);

}  // namespace qfx::frontends
