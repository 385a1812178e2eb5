#include "qfx/runtime/quantize_input.h"

#include <variant>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/graph/preprocess.h"
#include "qfx/kernels/raw_cast.h"

namespace qfx::runtime {

void quantize_input(const graph::FrozenNode& input, std::span<const float> samples,
                    std::span<std::int32_t> raw) {
  const auto* op = std::get_if<graph::Input>(&input.op);
  QFX_ASSERT(op != nullptr && samples.size() == raw.size());
  std::vector<float> real(samples.size());
  graph::preprocess(op->preprocess, op->shape, samples, real);
  const int frac_bits = input.format.frac_bits();
  kernels::to_raw(real.data(), raw.data(), {1, 1, std::ssize(real)}, input.format, &frac_bits);
}

}  // namespace qfx::runtime
