#include "qfx/train/trace.h"

#include <cmath>

#include "train/calibration/calibrate.h"
#include "train/network/fixed_forward.h"
#include "train/samples/samples.h"
#include "train/tensors/values.h"

#include "qfx/base/error.h"

namespace qfx::train {

ForwardTrace trace_forward(const graph::Model& model, const std::vector<float>& samples,
                           std::int64_t batch) {
  const at::NoGradGuard no_grad;
  Network network(model);
  for (Point* point : network.points()) {
    if (!point->casts()) {
      user_error("tensor '{}' is left in floating point and has no raw integers; give it a format",
                 point->tensor);
    }
  }
  std::vector<at::Tensor> values;
  ForwardTrace trace;
  const at::Tensor input = preprocessed(model, samples, batch);
  trace.outputs = doubles(fixed_forward(network, input, {}).flatten(1));
  fixed_forward(network, input, {}, &values);
  for (int id = 0; id < network.size(); ++id) {
    const at::Tensor row = values[id].to(at::kDouble).contiguous();
    const double* real = row.data_ptr<double>();
    const int frac_bits = network.output_point(id).frac_bits[0];
    std::vector<std::int64_t> raw(row.numel());
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const double scaled = std::ldexp(real[i], frac_bits);
      QFX_ASSERT(scaled == std::nearbyint(scaled));
      raw[i] = static_cast<std::int64_t>(scaled);
    }
    trace.raw.push_back(std::move(raw));
    const Layer& layer = network.layers()[id];
    trace.carrier.push_back(layer.has_carrier ? to_string(layer.carrier) : "-");
  }
  return trace;
}

void calibrate(graph::Model& model, const frontends::Calibration& calibration,
               const std::vector<float>& samples, std::int64_t batch) {
  Network network(model);
  calibrate_network(network, calibration, one_batch(preprocessed(model, samples, batch)));
  model = network.updated_model();
}

}  // namespace qfx::train
