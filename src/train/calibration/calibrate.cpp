#include "train/calibration/calibrate.h"

#include <set>
#include <span>

#include "train/calibration/uncast_values.h"
#include "train/tensors/values.h"

#include "qfx/steps/choose_point.h"

namespace qfx::train {
namespace {

using graph::CalibrationMethod;

// Searching methods look at no more values than this of one activation, evenly spread over the
// samples.
constexpr std::int64_t kSearchedValues = 1 << 18;

at::Tensor thinned(const at::Tensor& values) {
  const std::int64_t step = values.numel() / kSearchedValues;
  if (step < 2) return values;
  // An odd step visits every column of a power-of-two row.
  return values.flatten().slice(0, 0, c10::nullopt, step | 1).contiguous();
}

at::Tensor values_of(const at::Tensor& real, bool searches) {
  const at::Tensor values = real.detach().to(at::kFloat).contiguous();
  return searches ? thinned(values) : values;
}

std::vector<float> middles_of(const graph::QuantSpec& spec, const std::vector<int>& points) {
  std::vector<float> middles;
  for (const int point : points) middles.push_back(spec.middle_of(point));
  return middles;
}

void coarsen_bias(Network& network, Layer& layer, const std::set<Point*>& chosen) {
  Parameter* bias = find(layer.params, graph::Role::Bias);
  if (bias == nullptr || !layer.params.contains(graph::Role::Weight)) return;
  Point& point = bias->point;
  const Point& weight = layer.params.at(graph::Role::Weight).point;
  const Point& input = network.output_point(network.node(layer.id).inputs[0]);
  if (!chosen.contains(&point) || !weight.casts() || !input.casts()) return;
  point.set(middles_of(
      point.spec, steps::coarsened_bias(point.frac_bits, weight.frac_bits, input.frac_bits[0])));
}

}  // namespace

void calibrate_network(Network& network, const frontends::Calibration& calibration,
                       const at::Tensor& samples) {
  const steps::PointSearch search{calibration.method, calibration.percentile};
  steps::PointSearch of_parameters = search;
  if (search.method != CalibrationMethod::Max) of_parameters.method = CalibrationMethod::Mse;
  const bool searches =
      search.method == CalibrationMethod::Mse || search.method == CalibrationMethod::Kl;
  std::set<Point*> all_chosen;
  visit_uncast_values(network, samples, [&](Point& point, const at::Tensor& real, bool parameter) {
    if (!point.casts() || point.is_set()) return;
    const at::Tensor row = values_of(real, searches && !parameter);
    const std::span<const float> values = float_span(row);
    const std::size_t each = values.size() / static_cast<std::size_t>(point.channels);
    std::vector<int> chosen;
    for (std::size_t begin = 0; begin < values.size(); begin += each)
      chosen.push_back(steps::choose_point(values.subspan(begin, each), point.spec,
                                           parameter ? of_parameters : search, point.tensor));
    point.set(middles_of(point.spec, chosen));
    all_chosen.insert(&point);
  });
  for (Layer& layer : network.layers()) coarsen_bias(network, layer, all_chosen);
}

}  // namespace qfx::train
