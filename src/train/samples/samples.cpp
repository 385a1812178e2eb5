#include "train/samples/samples.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "qfx/base/error.h"
#include "qfx/graph/preprocess.h"

namespace qfx::train {
namespace {

// The least and the greatest stored value of each channel, {channels, 2}.
template <class Value>
std::vector<float> extremes(const std::vector<Value>& values, std::int64_t channels,
                            std::int64_t sample_size) {
  const std::int64_t inner = sample_size / channels;
  std::vector<Value> lows(channels), highs(channels);
  for (std::int64_t plane = 0; plane < std::ssize(values) / inner; ++plane) {
    const auto [low, high] = std::ranges::minmax(std::span(values).subspan(plane * inner, inner));
    const std::int64_t channel = plane % channels;
    lows[channel] = plane < channels ? low : std::min(lows[channel], low);
    highs[channel] = plane < channels ? high : std::max(highs[channel], high);
  }
  std::vector<float> both;
  for (std::int64_t c = 0; c < channels; ++c) {
    both.push_back(static_cast<float>(lows[c]));
    both.push_back(static_cast<float>(highs[c]));
  }
  return both;
}

}  // namespace

at::Tensor preprocessed(const graph::Input& input, const std::vector<float>& samples,
                        std::int64_t batch) {
  const std::int64_t needed = batch * graph::element_count(input.shape);
  if (static_cast<std::int64_t>(samples.size()) != needed) {
    user_error("{} sample values were given, a batch of {} samples of shape {} has {}",
               samples.size(), batch, graph::to_string(input.shape), needed);
  }
  std::vector<std::int64_t> shape = input.shape;
  shape.insert(shape.begin(), batch);
  at::Tensor out = at::empty(shape, at::kFloat);
  graph::preprocess(input.preprocess, input.shape, samples,
                    {out.data_ptr<float>(), static_cast<std::size_t>(out.numel())});
  return out;
}

at::Tensor preprocessed(const graph::Model& model, const std::vector<float>& samples,
                        std::int64_t batch) {
  return preprocessed(std::get<graph::Input>(model.nodes.at(0).op), samples, batch);
}

at::Tensor preprocessed(const graph::Input& input, const data::Dataset& set, std::int64_t first,
                        std::int64_t count) {
  std::vector<float> samples(count * set.sample_size());
  set.copy_samples(first, count, samples.data());
  return preprocessed(input, samples, count);
}

// Preprocessing is monotonic, so a channel's extremes tell of all its values.
void check_finite(const graph::Input& input, const data::Dataset& set) {
  const std::int64_t channels = input.shape.at(0);
  const std::vector<float> stored = set.bytes.empty()
                                        ? extremes(set.floats, channels, set.sample_size())
                                        : extremes(set.bytes, channels, set.sample_size());
  std::vector<float> seen(stored.size());
  graph::preprocess(input.preprocess, {channels, 2}, stored, seen);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!std::isfinite(seen[i])) {
      user_error(
          "the samples of '{}' hold the value {} in channel {}, which is {} after data.normalize "
          "(divisor {}); it must be within float32's range, below 3.4e38: give divisor, mean and "
          "std "
          "that bring the samples near 1",
          set.name, stored[i], i / 2, seen[i], input.preprocess.divisor);
    }
  }
}

}  // namespace qfx::train
