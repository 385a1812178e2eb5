#include "qfx/graph/preprocess.h"

#include "qfx/base/error.h"
#include "qfx/graph/graph.h"

namespace qfx::graph {

void preprocess(const Preprocess& preprocess, const Shape& shape, std::span<const float> samples,
                std::span<float> out) {
  const std::int64_t channels = shape.at(0), sample_size = element_count(shape);
  const std::int64_t count = std::ssize(samples);
  QFX_ASSERT(channels > 0 && sample_size > 0);
  QFX_ASSERT(std::ssize(out) == count && count % sample_size == 0);
  QFX_ASSERT(preprocess.mean.empty() || std::ssize(preprocess.mean) == channels);
  QFX_ASSERT(preprocess.std.empty() || std::ssize(preprocess.std) == channels);
  const std::int64_t inner = sample_size / channels;
  for (std::int64_t begin = 0, channel = 0; begin < count;
       begin += inner, channel = (channel + 1) % channels) {
    const double mean = preprocess.mean.empty() ? 0.0 : preprocess.mean[channel];
    const double std = preprocess.std.empty() ? 1.0 : preprocess.std[channel];
    for (std::int64_t i = begin; i < begin + inner; ++i)
      out[i] =
          static_cast<float>((static_cast<double>(samples[i]) / preprocess.divisor - mean) / std);
  }
}

bool takes_samples(const Shape& input, const Shape& samples) {
  if (input == samples || samples == Shape{element_count(input)}) return true;
  if (input.size() != 2) return false;
  return samples == Shape{input[0], 1, input[1]} || samples == Shape{1, input[0], input[1]};
}

}  // namespace qfx::graph
