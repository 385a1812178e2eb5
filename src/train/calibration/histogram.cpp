#include "train/calibration/histogram.h"

#include <map>

#include "train/calibration/uncast_values.h"
#include "train/tensors/values.h"

namespace qfx::train {
namespace {

class Survey {
 public:
  Survey(Network& network, const SampleBatches& samples) : network_(network), samples_(samples) {}

  std::vector<TensorHistogram> run() {
    if (samples_.count() == 1) {
      pass([](steps::HistogramBuilder& builder, std::span<const float> values) {
        builder.look_at(values);
        builder.count(values);
      });
    } else {
      pass([](steps::HistogramBuilder& builder, std::span<const float> values) {
        builder.look_at(values);
      });
      pass([](steps::HistogramBuilder& builder, std::span<const float> values) {
        builder.count(values);
      });
    }
    for (TensorHistogram& tensor : all_) tensor.histogram = builders_.at(tensor.tensor).result();
    return std::move(all_);
  }

 private:
  // Parameters are the same in every batch.
  template <class See>
  void pass(const See& see) {
    for (std::int64_t b = 0; b < samples_.count(); ++b) {
      visit_uncast_values(network_, samples_.at(b), [&](const UncastValues& v) {
        if (!v.point.casts() || (v.role && b > 0)) return;
        const at::Tensor row = v.real.detach().to(at::kFloat).contiguous();
        see(builder_of(v.point), float_span(row));
      });
    }
  }

  steps::HistogramBuilder& builder_of(const Point& point) {
    const auto found = builders_.find(point.tensor);
    if (found != builders_.end()) return found->second;
    const fixed::Format format = point.spec.format(point.frac_bits[0]);
    all_.push_back({point.tensor, format, point.channels, {}});
    return builders_.emplace(point.tensor, steps::HistogramBuilder(format, point.frac_bits))
        .first->second;
  }

  Network& network_;
  const SampleBatches& samples_;
  std::vector<TensorHistogram> all_;  // in graph order
  std::map<std::string, steps::HistogramBuilder> builders_;
};

}  // namespace

std::vector<TensorHistogram> histograms(Network& network, const SampleBatches& samples) {
  return Survey(network, samples).run();
}

}  // namespace qfx::train
