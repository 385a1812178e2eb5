#include "train/calibration/calibrate.h"

#include <cmath>
#include <optional>
#include <set>
#include <span>

#include "train/calibration/silent_channels.h"
#include "train/network/point_limits.h"
#include "train/tensors/values.h"

#include "qfx/steps/choose_point.h"

namespace qfx::train {
namespace {

using graph::CalibrationMethod;

// Searching methods look at no more values than this of one activation, evenly spread over the
// samples.
constexpr std::int64_t kSearchedValues = 1 << 18;

// Every so many-th of a row of numbers that comes in parts.
class Thinning {
 public:
  explicit Thinning(std::int64_t all) {
    const std::int64_t step = all / kSearchedValues;
    // An odd step visits every column of a power-of-two row.
    if (step >= 2) step_ = step | 1;
  }
  at::Tensor of(const at::Tensor& part) {
    if (step_ == 1) return part;
    const at::Tensor row = part.flatten();
    const std::int64_t first = next_;
    next_ = first < row.numel()
                ? first + ((row.numel() - first + step_ - 1) / step_) * step_ - row.numel()
                : first - row.numel();
    return row.slice(0, std::min(first, row.numel()), c10::nullopt, step_).contiguous();
  }

 private:
  std::int64_t step_ = 1;
  std::int64_t next_ = 0;  // counted from where the next part begins
};

class Calibrator : public LayerVisitor {
 public:
  Calibrator(Network& network, const frontends::Calibration& calibration, std::int64_t samples)
      : network_(network),
        search_{calibration.method, calibration.percentile},
        of_parameters_(search_),
        samples_(samples) {
    if (search_.method != CalibrationMethod::Max) of_parameters_.method = CalibrationMethod::Mse;
  }

  void norm_input(Layer&, const at::Tensor& values) override { variation_.add(values); }

  void norm_inputs_seen(Layer& layer) override {
    const graph::Node& node = network_.node(layer.id);
    const Point& input = network_.output_point(node.inputs[0]);
    const double step = input.casts() ? std::ldexp(1.0, -input.frac_bits[0]) : 0;
    const std::vector<std::int64_t> silent = silence_channels(network_, layer, variation_, step);
    if (!silent.empty()) notes_.push_back({node.name, silence_note(node.name, silent)});
    variation_ = {};
  }

  void parameter(Layer& layer, graph::Role role, const at::Tensor& real) override {
    Point& point = layer.params.at(role).point;
    if (!is_wanted(point)) return;
    const at::Tensor row = real.detach().to(at::kFloat).contiguous();
    const std::span<const float> values = float_span(row);
    const std::size_t each = values.size() / static_cast<std::size_t>(point.channels);
    std::vector<int> chosen;
    for (std::size_t begin = 0; begin < values.size(); begin += each)
      chosen.push_back(steps::choose_point(values.subspan(begin, each), point.spec, of_parameters_,
                                           point.tensor));
    set(point, chosen);
  }

  void output(Layer& layer, const at::Tensor& real) override {
    if (!is_wanted(layer.output)) return;
    if (!chooser_) {
      chooser_.emplace(layer.output.spec, search_, layer.output.tensor);
      thinning_ = Thinning(samples_ * graph::element_count(network_.node(layer.id).shape));
    }
    const at::Tensor values = real.detach().to(at::kFloat).contiguous();
    const at::Tensor row = chooser_->searches() ? thinning_.of(values) : values;
    chooser_->add(float_span(row));
  }

  void outputs_seen(Layer& layer) override {
    if (chooser_) set(layer.output, {chooser_->point()});
    chooser_.reset();
  }

  // Once every layer has its points.
  std::vector<CalibrationNote> finish() {
    for (Layer& layer : network_.layers()) {
      settle_new_points(network_, layer, [&](const Point& point) { return is_new(point); });
      coarsen_bias(layer);
    }
    return std::move(notes_);
  }

 private:
  static bool is_wanted(const Point& point) { return point.casts() && !point.is_set(); }
  bool is_new(const Point& point) const { return chosen_.contains(&point); }

  void set(Point& point, const std::vector<int>& points) {
    point.set_frac_bits(points);
    chosen_.insert(&point);
  }

  void coarsen_bias(Layer& layer) {
    Parameter* bias = find(layer.params, graph::Role::Bias);
    if (bias == nullptr || !layer.params.contains(graph::Role::Weight)) return;
    Point& point = bias->point;
    const Point& weight = layer.params.at(graph::Role::Weight).point;
    const Point& input = network_.output_point(network_.node(layer.id).inputs[0]);
    if (!is_new(point) || !weight.casts() || !input.casts()) return;
    point.set_frac_bits(
        steps::coarsened_bias(point.frac_bits, weight.frac_bits, input.frac_bits[0]));
  }

  Network& network_;
  steps::PointSearch search_, of_parameters_;
  std::int64_t samples_;
  std::set<const Point*> chosen_;
  std::vector<CalibrationNote> notes_;
  // Of the layer at hand:
  Variation variation_;
  std::optional<steps::PointChooser> chooser_;
  Thinning thinning_{0};
};

}  // namespace

std::vector<CalibrationNote> calibrate_network(Network& network,
                                               const frontends::Calibration& calibration,
                                               const SampleBatches& samples,
                                               const LayerWalk::Progress& progress) {
  Calibrator calibrator(network, calibration, samples.samples);
  LayerWalk(network, samples, progress).run(calibrator);
  return calibrator.finish();
}

}  // namespace qfx::train
