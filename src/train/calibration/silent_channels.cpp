#include "train/calibration/silent_channels.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "train/network/parameter_values.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/base/text.h"

namespace qfx::train {
namespace {

// Fewer values of a channel may be alike by chance.
constexpr std::int64_t kValuesToTell = 64;
// Of its input's step: what varies less is rounding noise after the cast.
constexpr double kNoise = 0.25;
constexpr std::size_t kNamed = 8;

bool serves_all_channels(const Layer& layer, graph::Role role) {
  const Point& point = layer.params.at(role).point;
  return point.casts() && !point.is_set() && point.channels == 1;
}

}  // namespace

void Variation::add(const at::Tensor& values) {
  const std::vector<std::int64_t> axes = all_but_channels(values);
  const at::Tensor low = at::amin(values, axes), high = at::amax(values, axes);
  low_ = low_.defined() ? at::minimum(low_, low) : low;
  high_ = high_.defined() ? at::maximum(high_, high) : high;
  values_ += values.numel() / low.numel();
}

std::vector<bool> Variation::is_constant() const {
  const std::vector<double> low = doubles(low_), high = doubles(high_);
  std::vector<bool> constant;
  for (std::size_t c = 0; c < low.size(); ++c)
    constant.push_back(values_ >= kValuesToTell && low[c] == high[c]);
  return constant;
}

std::vector<std::int64_t> silence_channels(const Network& network, Layer& layer,
                                           const Variation& input, double input_step) {
  if (!serves_all_channels(layer, graph::Role::Scale) &&
      !serves_all_channels(layer, graph::Role::Offset))
    return {};
  const std::vector<bool> constant = input.is_constant();
  const std::vector<float> variance = floats(layer.running_var);
  const std::vector<float> scale = derived_values(network, layer).at(graph::Role::Scale);
  const auto varies = [&](std::size_t c) {
    return !constant[c] && std::sqrt(variance[c]) >= kNoise * input_step;
  };
  float reach = 0;
  for (std::size_t c = 0; c < scale.size(); ++c) {
    if (varies(c)) reach = std::max(reach, std::abs(scale[c]));
  }
  std::vector<std::int64_t> silent;
  if (reach == 0) return silent;  // none is left that would gain
  for (std::size_t c = 0; c < scale.size(); ++c) {
    if (varies(c) || std::abs(scale[c]) <= reach) continue;
    layer.gamma.data_ptr<float>()[c] = 0;
    silent.push_back(static_cast<std::int64_t>(c));
  }
  return silent;
}

std::string silence_note(const std::string& node, const std::vector<std::int64_t>& channels) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(channels.size(), kNamed); ++i)
    names.push_back(std::to_string(channels[i]));
  const bool one = channels.size() == 1;
  return fmt::format(
      "'{}': channel{} {}{} {} no variation in its input, and a scale that would cost the other "
      "channels their bits; {} set to {} constant output, beta (scale 0)",
      node, one ? "" : "s", join(names, ", "),
      channels.size() > kNamed ? fmt::format(" and {} more", channels.size() - kNamed) : "",
      one ? "has" : "have", one ? "it is" : "they are", one ? "its" : "their");
}

}  // namespace qfx::train
