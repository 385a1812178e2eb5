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

namespace {

struct Seen {
  std::int64_t channel = 0;
  float stored = 0, value = 0;  // in the set, and as the network sees it
};

// The extremes of each channel. Preprocessing is monotonic, so they tell of all its values.
std::vector<Seen> extremes_of(const graph::Input& input, const data::Dataset& set) {
  const std::int64_t channels = input.shape.at(0);
  const std::vector<float> stored = set.bytes.empty()
                                        ? extremes(set.floats, channels, set.sample_size())
                                        : extremes(set.bytes, channels, set.sample_size());
  std::vector<float> values(stored.size());
  graph::preprocess(input.preprocess, {channels, 2}, stored, values);
  std::vector<Seen> seen;
  for (std::size_t i = 0; i < values.size(); ++i)
    seen.push_back({static_cast<std::int64_t>(i / 2), stored[i], values[i]});
  return seen;
}

}  // namespace

void check_finite(const graph::Input& input, const data::Dataset& set) {
  for (const Seen& seen : extremes_of(input, set)) {
    if (!std::isfinite(seen.value)) {
      user_error(
          "the samples of '{}' hold the value {} in channel {}, which is {} after data.normalize "
          "(divisor {}); it must be within float32's range, below 3.4e38: give divisor, mean and "
          "std that bring the samples near 1",
          set.name, seen.stored, seen.channel, seen.value, input.preprocess.divisor);
    }
  }
}

void check_fractions(const graph::Input& input, const data::Dataset& set) {
  for (const Seen& seen : extremes_of(input, set)) {
    if (seen.value >= 0 && seen.value <= 1) continue;
    user_error(
        "the samples of '{}' hold the value {} in channel {}, which is {} after data.normalize; "
        "under loss = \"bce\" a target is from 0 to 1, and so is the sample that is its own: "
        "normalize it into that, or train by \"mse\"",
        set.name, seen.stored, seen.channel, seen.value);
  }
}

}  // namespace qfx::train
