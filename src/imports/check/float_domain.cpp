#include "imports/check/float_domain.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "qfx/base/error.h"
#include "qfx/graph/table.h"
#include "qfx/graph/window_counts.h"

namespace qfx::imports {
namespace {

template <class F>
Reals elementwise(const Reals& a, const Reals& b, const F& f) {
  Reals result{std::vector<double>(std::max(a.values.size(), b.values.size()))};
  const std::size_t step_a = a.values.size() == 1 ? 0 : 1, step_b = b.values.size() == 1 ? 0 : 1;
  const double *x = a.values.data(), *y = b.values.data();
  for (std::size_t i = 0; i < result.values.size(); ++i)
    result.values[i] = f(x[i * step_a], y[i * step_b]);
  return result;
}

std::int64_t plane_of(const graph::Shape& shape) {
  return element_count(shape) / shape[0];
}

}  // namespace

FloatDomain::FloatDomain(const graph::Node& node, std::vector<FloatInput> inputs,
                         std::int64_t batch)
    : node_(node), inputs_(std::move(inputs)), batch_(batch), plane_(plane_of(node.shape)) {
  count_ = static_cast<std::size_t>(batch_ * plane_);
  const graph::Form form = graph::form_of(node.op);
  const graph::Shape& in = inputs_.at(0).shape;
  if (const auto* window = std::get_if<graph::Window>(&form)) {
    window_ = *window;
    const std::int64_t groups = window_.groups == 0 ? in[0] : window_.groups;
    depth_ = in[0] / groups;
    outputs_a_group_ = node.shape[0] / groups;
    taps_ = window_.kernel[0] * window_.kernel[1];
  } else if (std::holds_alternative<graph::Dot>(form)) {
    depth_ = in[0];
    outputs_a_group_ = node.shape[0];
  } else if (std::holds_alternative<graph::Plane>(form)) {
    window_.kernel = {in[1], in[2]};
    window_.stride = window_.kernel;
    taps_ = in[1] * in[2];
    window_.reduce = graph::Reduce::Mean;
  }
  if (window_.reduce != graph::Reduce::Mean) return;
  const graph::WindowCounts counts = graph::window_counts(window_, in, node.shape);
  for (std::int64_t row = 0; row < node.shape[1]; ++row)
    for (std::int64_t column = 0; column < node.shape[2]; ++column)
      counted_.push_back(counts.count(row, column));
}

Reals FloatDomain::x(std::size_t i) const {
  if (in_window_) return under_tap();
  const FloatInput& input = inputs_.at(i);
  Reals result{std::vector<double>(count_)};
  if (i == 1 && std::holds_alternative<graph::Gate>(node_.op)) {
    for (std::int64_t b = 0; b < batch_; ++b)
      std::fill_n(result.values.begin() + b * plane_, plane_,
                  (*input.values)[b * input.shape[0] + channel_]);
    return result;
  }
  for (std::int64_t b = 0; b < batch_; ++b)
    std::copy_n(input.values->begin() + (b * input.shape[0] + channel_) * plane_, plane_,
                result.values.begin() + b * plane_);
  return result;
}

Reals FloatDomain::under_tap() const {
  const FloatInput& input = inputs_[0];
  const std::int64_t channel = channel_ / outputs_a_group_ * depth_ + tap_channel_;
  Reals result{std::vector<double>(count_, padding_)};
  if (input.shape.size() < 3) {
    for (std::int64_t b = 0; b < batch_; ++b)
      result.values[b] = (*input.values)[b * input.shape[0] + channel];
    return result;
  }
  const std::int64_t height = input.shape[1], width = input.shape[2];
  const std::int64_t rows = node_.shape[1], columns = node_.shape[2];
  const std::int64_t shift_y = tap_ / window_.kernel[1] * window_.dilation[0] - window_.padding.top;
  const std::int64_t shift_x = tap_ % window_.kernel[1] * window_.dilation[1] - window_.padding.left;
  for (std::int64_t b = 0; b < batch_; ++b) {
    const double* from = input.values->data() + (b * input.shape[0] + channel) * height * width;
    double* to = result.values.data() + b * plane_;
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::int64_t y = i * window_.stride[0] + shift_y;
      if (y < 0 || y >= height) continue;
      for (std::int64_t j = 0; j < columns; ++j) {
        const std::int64_t at = j * window_.stride[1] + shift_x;
        if (at >= 0 && at < width) to[i * columns + j] = from[y * width + at];
      }
    }
  }
  return result;
}

// The channel of the input that it lies in.
Reals FloatDomain::selected() const {
  std::int64_t channel = channel_;
  std::size_t i = 0;
  while (channel >= inputs_.at(i).shape[0]) channel -= inputs_[i++].shape[0];
  const FloatInput& input = inputs_[i];
  Reals result{std::vector<double>(count_)};
  for (std::int64_t b = 0; b < batch_; ++b)
    std::copy_n(input.values->begin() + (b * input.shape[0] + channel) * plane_, plane_,
                result.values.begin() + b * plane_);
  return result;
}

Reals FloatDomain::parameter(graph::Role role) const {
  using graph::Statistic;
  if (const auto* norm = std::get_if<graph::BatchNorm>(&node_.op)) {
    const auto at = [&](Statistic statistic) {
      return static_cast<double>(node_.statistics.at(statistic)[channel_]);
    };
    const double scale = at(Statistic::Gamma) / std::sqrt(at(Statistic::RunningVar) + norm->eps);
    if (role == graph::Role::Scale) return {{scale}};
    return {{at(Statistic::Beta) - at(Statistic::RunningMean) * scale}};
  }
  if (const auto* leaky = std::get_if<graph::LeakyRelu>(&node_.op))
    return {{leaky->negative_slope}};
  const std::vector<float>& values = node_.params.at(role).values;
  if (in_window_) return {{values[(channel_ * depth_ + tap_channel_) * taps_ + tap_]}};
  return {{values[values.size() == 1 ? 0 : channel_]}};
}

Reals FloatDomain::constant(const graph::Dyadic& dyadic) const {
  return {{std::ldexp(static_cast<double>(dyadic.raw), -dyadic.frac_bits)}};
}

Reals FloatDomain::add(const Reals& a, const Reals& b) const {
  return elementwise(a, b, [](double x, double y) { return x + y; });
}
Reals FloatDomain::subtract(const Reals& a, const Reals& b) const {
  return elementwise(a, b, [](double x, double y) { return x - y; });
}
Reals FloatDomain::multiply(const Reals& a, const Reals& b) const {
  return elementwise(a, b, [](double x, double y) { return x * y; });
}
Reals FloatDomain::min(const Reals& a, const Reals& b) const {
  return elementwise(a, b, [](double x, double y) { return std::min(x, y); });
}
Reals FloatDomain::max(const Reals& a, const Reals& b) const {
  return elementwise(a, b, [](double x, double y) { return std::max(x, y); });
}

Reals FloatDomain::look_up(const graph::Function& function, const Reals& x) const {
  Reals result = x;
  for (double& value : result.values) value = graph::function_value(function, value);
  return result;
}

void FloatDomain::accumulate(Reals& total, const Reals& term) {
  const std::size_t step = term.values.size() == 1 ? 0 : 1;
  for (std::size_t i = 0; i < total.values.size(); ++i) total.values[i] += term.values[i * step];
}

}  // namespace qfx::imports
