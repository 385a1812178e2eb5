// The domain (graph/exact.h) of real numbers, many at a time: one output channel of all samples.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "qfx/graph/exact.h"
#include "qfx/graph/graph.h"

namespace qfx::imports {

// As many numbers as a channel has, or one that stands for all.
struct Reals {
  std::vector<double> values;
};

// A node's input: [sample][channel][pixel].
struct FloatInput {
  const std::vector<double>* values = nullptr;
  graph::Shape shape;
};

class FloatDomain {
 public:
  using Value = Reals;

  FloatDomain(const graph::Node& node, std::vector<FloatInput> inputs, std::int64_t batch);

  // The output channel that is computed next.
  void set_channel(std::int64_t channel) { channel_ = channel; }

  Value x(std::size_t i) const;
  Value selected() const;
  Value parameter(graph::Role role) const;
  Value constant(const graph::Dyadic& dyadic) const;
  Value add(const Value& a, const Value& b) const;
  Value subtract(const Value& a, const Value& b) const;
  Value multiply(const Value& a, const Value& b) const;
  Value min(const Value& a, const Value& b) const;
  Value max(const Value& a, const Value& b) const;
  Value look_up(const graph::Function& function, const Value& x) const;

  template <class F, class G>
  Value by_sign(const Value& x, const F& at_least_zero, const G& below) const {
    Value result = at_least_zero(x);
    const Value other = below(x);
    const std::size_t size = std::max({x.values.size(), result.values.size(), other.values.size()});
    const auto at = [](const Value& v, std::size_t i) {
      return v.values.size() == 1 ? v.values[0] : v.values[i];
    };
    Value chosen{std::vector<double>(size)};
    for (std::size_t i = 0; i < size; ++i)
      chosen.values[i] = at(x, i) >= 0 ? at(result, i) : at(other, i);
    return chosen;
  }

  template <class Term>
  Value sum(const Term& term) {
    padding_ = 0;
    Value total{std::vector<double>(count_, 0.0)};
    over_window([&] { accumulate(total, term()); });
    return total;
  }
  template <class Term>
  Value mean(const Term& term) {
    Value total = sum(term);
    for (std::size_t i = 0; i < total.values.size(); ++i)
      total.values[i] /= static_cast<double>(counted_[i % counted_.size()]);
    return total;
  }
  template <class Term>
  Value largest(const Term& term) {
    padding_ = -std::numeric_limits<double>::infinity();
    Value best{std::vector<double>(count_, padding_)};
    over_window([&] { best = max(best, term()); });
    return best;
  }

 private:
  template <class Visit>
  void over_window(const Visit& visit) {
    in_window_ = true;
    for (tap_channel_ = 0; tap_channel_ < depth_; ++tap_channel_) {
      for (tap_ = 0; tap_ < taps_; ++tap_) visit();
    }
    in_window_ = false;
  }
  static void accumulate(Value& total, const Value& term);
  Value under_tap() const;

  const graph::Node& node_;
  std::vector<FloatInput> inputs_;
  std::int64_t batch_;
  std::int64_t plane_ = 1;  // pixels of an output channel
  std::size_t count_ = 1;   // batch * plane
  std::int64_t channel_ = 0;
  // Of a window: channels a group, taps a channel, and which one is read.
  graph::Window window_;
  std::vector<std::int64_t> counted_;  // elements of a mean, pixel by pixel of the output
  std::int64_t depth_ = 1, taps_ = 1, tap_channel_ = 0, tap_ = 0;
  std::int64_t outputs_a_group_ = 1;
  bool in_window_ = false;
  double padding_ = 0;
};

}  // namespace qfx::imports
