// Small random models: every node kind, every mode, narrow formats that saturate, wrap and round.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "qfx/graph/builder.h"
#include "qfx/graph/range.h"

namespace qfx::testing {

class RandomModel {
 public:
  explicit RandomModel(std::uint64_t seed) : generator_(seed), builder_("random", seed) {}

  // A trainable model with a binary point on every tensor, of 1 to 6 nodes after its input.
  graph::Model make() {
    const bool image = chance(4, 5);
    last_ = builder_.input(image ? graph::Shape{pick(1, 3), pick(1, 6), pick(1, 6)}
                                 : graph::Shape{pick(1, 8)});
    const int count = pick(1, 6);
    for (int i = 0; i < count; ++i) append();
    graph::Model model = builder_.finish();
    for (graph::Node& node : model.nodes) dress(node);
    return model;
  }

  // Raw values that the input's format holds; the ends are likely.
  std::vector<std::int64_t> input(const graph::FrozenModel& model) {
    const graph::Interval range = graph::held_range(model.input().format);
    std::vector<std::int64_t> raw(graph::element_count(model.input().shape));
    const int habit = pick(0, 3);  // all lowest, all highest, a mix of the ends, anything
    for (std::int64_t& value : raw) {
      const bool low = habit == 0 || (habit == 2 && chance(1, 2));
      value = habit == 3
                  ? std::uniform_int_distribution<std::int64_t>(range.lo, range.hi)(generator_)
              : low ? range.lo
                    : range.hi;
    }
    return raw;
  }

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(generator_); }
  bool chance(int hits, int of) { return pick(1, of) <= hits; }

  void append() {
    const graph::Shape shape = builder_.shape(last_);
    const graph::NodeId x = last_;
    const bool image = shape.size() == 3;
    switch (pick(0, image ? 9 : 4)) {
      case 0:
        last_ = builder_.cast(x);
        break;
      case 1:
        last_ = builder_.relu(x);
        break;
      case 2:
        last_ = builder_.batch_norm(x);
        break;
      case 3:
        last_ = builder_.add(builder_.cast(x), chance(1, 3) ? x : builder_.relu(x));
        break;
      case 4:
        if (image)
          last_ = builder_.flatten(x);
        else
          last_ = builder_.linear(x, {.out_features = pick(1, 4), .has_bias = chance(1, 2)});
        break;
      case 5:
      case 6:
        last_ = builder_.conv2d(x, random_conv(shape));
        break;
      case 7:
        last_ = builder_.max_pool2d(x, random_pool<graph::MaxPool2d>(shape));
        break;
      case 8:
        last_ = builder_.avg_pool2d(x, random_pool<graph::AvgPool2d>(shape));
        break;
      default:
        last_ = builder_.global_avg_pool2d(x);
        break;
    }
  }

  graph::Conv2d random_conv(const graph::Shape& shape) {
    graph::Conv2d conv;
    for (int side : {0, 1}) {
      const int extent = static_cast<int>(shape[side + 1]);
      conv.padding[side] = pick(0, 2);
      const int padded = extent + 2 * static_cast<int>(conv.padding[side]);
      conv.kernel[side] = pick(1, std::min(3, padded));
      conv.stride[side] = pick(1, 3);
      const bool dilates = conv.kernel[side] > 1 && 2 * (conv.kernel[side] - 1) + 1 <= padded;
      conv.dilation[side] = dilates ? pick(1, 2) : 1;
    }
    conv.groups = chance(1, 3) ? shape[0] : 1;
    conv.out_channels = conv.groups * pick(1, 2);
    conv.has_bias = chance(1, 2);
    return conv;
  }

  template <class Pool>
  Pool random_pool(const graph::Shape& shape) {
    Pool pool;
    for (int side : {0, 1}) {
      pool.kernel[side] = pick(1, static_cast<int>(std::min<std::int64_t>(3, shape[side + 1])));
      pool.padding[side] = pick(0, static_cast<int>(pool.kernel[side] / 2));
      pool.stride[side] = pick(1, 3);
    }
    return pool;
  }

  graph::QuantSpec random_spec() {
    graph::QuantSpec spec;
    spec.width = pick(1, 8);
    spec.is_signed = chance(2, 3);
    spec.rounding = static_cast<fixed::Rounding>(pick(0, fixed::kRoundingCount - 1));
    spec.overflow =
        static_cast<fixed::Overflow>(pick(0, fixed::kOverflowCount - (spec.is_signed ? 1 : 2)));
    const bool wraps =
        spec.overflow == fixed::Overflow::WRAP || spec.overflow == fixed::Overflow::WRAP_SM;
    spec.wrap_bits = wraps && chance(1, 2) ? pick(0, spec.width) : 0;
    return spec;
  }

  float random_point(const graph::QuantSpec& spec) {
    return static_cast<float>(pick(-1, spec.width + 1));
  }

  void dress(graph::Node& node) {
    node.spec = random_spec();
    node.frac_bits = {random_point(node.spec)};
    for (auto& [name, param] : node.params) {
      param.spec = random_spec();
      if (chance(1, 3)) param.spec.k_hot = pick(1, 3);
      param.spec.signed_digits = chance(1, 2);
      const bool per_channel = chance(1, 2);
      if (per_channel) param.spec.granularity = graph::Granularity::PerChannel;
      for (std::int64_t c = 0; c < (per_channel ? param.shape[0] : 1); ++c)
        param.frac_bits.push_back(random_point(param.spec));
      for (float& value : param.values) value = random_value();
    }
    for (auto& [name, values] : node.statistics) {
      for (float& value : values)
        value = name == "running_var" ? std::abs(random_value()) : random_value();
    }
  }

  float random_value() { return std::normal_distribution<float>(0, 2)(generator_); }

  std::mt19937_64 generator_;
  graph::Builder builder_;
  graph::NodeId last_ = 0;
};

}  // namespace qfx::testing
