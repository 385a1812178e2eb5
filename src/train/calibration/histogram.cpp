#include "train/calibration/histogram.h"

#include "train/calibration/uncast_values.h"
#include "train/tensors/values.h"

namespace qfx::train {

std::vector<TensorHistogram> histograms(Network& network, const at::Tensor& samples) {
  std::vector<TensorHistogram> all;
  visit_uncast_values(network, samples, [&](Point& point, const at::Tensor& values, bool) {
    if (!point.casts()) return;
    const fixed::Format format = point.spec.format(point.frac_bits[0]);
    const at::Tensor row = values.detach().to(at::kFloat).contiguous();
    all.push_back({point.tensor, format, steps::histogram_of(float_span(row), format)});
  });
  return all;
}

}  // namespace qfx::train
