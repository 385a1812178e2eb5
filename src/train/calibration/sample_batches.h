// The samples that calibration looks at, a batch at a time: all at once they are more than a
// machine has where pictures are large.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "train/machine/torch.h"

namespace qfx::train {

struct SampleBatches {
  std::int64_t samples = 0;
  std::int64_t batch = 1;  // samples of each batch but the last
  // Samples [first, first + count), preprocessed, {count, ...}.
  std::function<at::Tensor(std::int64_t first, std::int64_t count)> load;

  std::int64_t count() const { return (samples + batch - 1) / batch; }
  at::Tensor at(std::int64_t index) const {
    const std::int64_t first = index * batch;
    return load(first, std::min(batch, samples - first));
  }
};

// One batch of preprocessed samples.
inline SampleBatches one_batch(const at::Tensor& samples) {
  return {samples.size(0), samples.size(0),
          [samples](std::int64_t, std::int64_t) { return samples; }};
}

}  // namespace qfx::train
