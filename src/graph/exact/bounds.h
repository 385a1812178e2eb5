// The domain of intervals: between which numbers an exact value lies, and all its partial sums.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "graph/exact/taps.h"
#include "graph/exact/wide_interval.h"

#include "qfx/graph/exact.h"

namespace qfx::graph {

// Intervals along axis 0 of a tensor, in equal groups: C channels of an image stay C groups when
// the image is flattened.
struct TensorRange {
  std::vector<Interval> groups;
  std::int64_t extent = 0;  // of axis 0

  std::int64_t group_size() const { return extent / static_cast<std::int64_t>(groups.size()); }
  const Interval& at(std::int64_t index) const { return groups[index / group_size()]; }
};

class Bounds {
 public:
  // On the grid 2^-frac_bits, before the division by `divisor`.
  struct Value {
    int frac_bits = 0;
    WideInterval total;
    // Every partial sum of its terms in any order, zero among them. Zero padding leaves terms out
    // of the total as well.
    WideInterval any_order;
    std::int64_t divisor = 1;
  };

  // inputs: of the node's inputs, in order.
  Bounds(const std::vector<FrozenNode>& nodes, const FrozenNode& node,
         std::vector<const TensorRange*> inputs);

  // The most output channels in a row that surely have the same bounds.
  std::int64_t group_size() const;
  // Goes on with elements of this output channel.
  void go_to(std::int64_t channel) { channel_ = channel; }
  const Taps& taps() const { return taps_; }

  Value x(std::size_t i) const;
  Value selected() const;
  Value parameter(Role role) const;
  Value constant(const Dyadic& k) const;

  Value add(const Value& a, const Value& b) const;
  Value subtract(const Value& a, const Value& b) const;
  Value multiply(const Value& a, const Value& b) const;
  Value min(const Value& a, const Value& b) const;
  Value max(const Value& a, const Value& b) const;
  Value look_up(const Function& function, const Value& x) const;

  template <class F, class G>
  Value by_sign(const Value& x, const F& not_negative, const G& negative) const {
    if (x.total.lo >= 0) return not_negative(x);
    if (x.total.hi < 0) return negative(x);
    return either(not_negative(term(x.frac_bits, {0, x.total.hi})),
                  negative(term(x.frac_bits, {x.total.lo, -1})));
  }

  template <class Term>
  Value sum(const Term& operand) {
    Value all = constant({});
    for_each_tap([&] { all = add(all, taps_.padded ? optional(operand()) : operand()); });
    return all;
  }
  // Every operand of a mean lies in the output's own channel.
  template <class Term>
  Value mean(const Term& operand) {
    return mean_of(operand());
  }
  template <class Term>
  Value largest(const Term& operand) {
    return operand();
  }

  // The one or the other.
  static Value either(const Value& a, const Value& b);

  // Calls visit() for every operand under the window, of which x and parameter then speak.
  template <class Visit>
  void for_each_tap(const Visit& visit) {
    const std::int64_t first = taps_.first_input(channel_);
    std::int64_t index = channel_ * taps_.count();
    for (std::int64_t in = 0; in < taps_.inputs; ++in) {
      const Interval& x = inputs_[0]->at(first + in);
      for (std::int64_t cell = 0; cell < taps_.cells; ++cell) {
        tap_ = {&x, index++};
        visit();
      }
    }
    tap_ = {};
  }

 private:
  // One term of a sum, or all there is.
  static Value term(int frac_bits, const WideInterval& total);
  static Value optional(Value value);
  Value mean_of(const Value& operand) const;
  std::int64_t element(const FrozenParam& param) const;

  // The operand under the window, while there is one.
  struct Tap {
    const Interval* x = nullptr;
    std::int64_t index = 0;  // of its weight
  };

  const FrozenNode& node_;
  std::vector<const TensorRange*> inputs_;
  std::vector<int> input_frac_bits_;
  std::array<const FrozenParam*, kRoles.size()> params_{};  // by role; null where there is none
  std::int64_t low_ = 0;  // raw value of entry 0 of the table, where there is one
  Taps taps_;
  std::int64_t channel_ = 0;
  Tap tap_;
};
static_assert(WindowDomain<Bounds>);

// On a finer grid.
Bounds::Value aligned(Bounds::Value value, int frac_bits);

}  // namespace qfx::graph
