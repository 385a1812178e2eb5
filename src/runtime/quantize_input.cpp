#include <algorithm>

#include "qfx/base/error.h"
#include "qfx/fixed/raw.h"
#include "qfx/runtime/engine.h"

namespace qfx::runtime {

void quantize_input(const graph::FrozenNode& input, std::span<const float> samples,
                    std::span<std::int32_t> raw) {
  const auto* op = std::get_if<graph::Input>(&input.op);
  QFX_ASSERT(op != nullptr && samples.size() == raw.size());
  std::vector<float> real(samples.size());
  graph::preprocess(op->preprocess, op->shape, samples, real);
  std::transform(real.begin(), real.end(), raw.begin(), [&](float value) {
    return static_cast<std::int32_t>(fixed::raw_from_double(value, input.format));
  });
}

}  // namespace qfx::runtime
