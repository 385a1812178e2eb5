#include "qfx/steps/value_grid.h"

#include <algorithm>
#include <cmath>

#include "qfx/graph/exact.h"

namespace qfx::steps {
namespace {

// A number is the grid it lies on and its largest magnitude, or nothing where only a format limits
// it.
class Magnitude {
 public:
  using Value = std::optional<Grid>;

  Magnitude(const graph::Node& node, const std::vector<Value>& values)
      : node_(node), values_(values) {}

  Value x(std::size_t i) const { return values_[static_cast<std::size_t>(node_.inputs[i])]; }
  Value selected() const {
    Value all = x(0);
    for (std::size_t i = 1; i < node_.inputs.size(); ++i) all = of_both(wider, all, x(i));
    return all;
  }
  Value parameter(graph::Role) const { return std::nullopt; }
  Value constant(const graph::Dyadic& k) const {
    return Grid{k.frac_bits, std::abs(static_cast<double>(k.raw))};
  }

  Value add(const Value& a, const Value& b) const { return of_both(steps::sum, a, b); }
  Value subtract(const Value& a, const Value& b) const { return of_both(steps::sum, a, b); }
  Value multiply(const Value& a, const Value& b) const { return of_both(steps::product, a, b); }
  Value min(const Value& a, const Value& b) const { return of_both(steps::wider, a, b); }
  Value max(const Value& a, const Value& b) const { return of_both(steps::wider, a, b); }
  template <class F, class G>
  Value by_sign(const Value& x, const F& not_negative, const G& negative) const {
    return of_both(steps::wider, not_negative(x), negative(x));
  }
  Value look_up(const graph::Function&, const Value&) const { return std::nullopt; }

  // Training bounds sums where it has their weights: `sums` of exact_grid.
  template <class Term>
  Value sum(const Term&) const {
    return std::nullopt;
  }
  template <class Term>
  Value mean(const Term& term) const {
    return term();
  }
  template <class Term>
  Value largest(const Term& term) const {
    return term();
  }

 private:
  static Value of_both(Grid (*result)(const Grid&, const Grid&), const Value& a, const Value& b) {
    return a && b ? Value(result(*a, *b)) : Value();
  }

  const graph::Node& node_;
  const std::vector<Value>& values_;
};
static_assert(graph::WindowDomain<Magnitude>);

// As large as its bounds, also where x never reaches them: another answer would give another
// carrier, and with it other gradients than the runs that are there.
std::optional<Grid> bounds_of(const graph::Clip& clip) {
  constexpr int kFracBits = 32;  // of every clip bound: qfx/graph/clip.h
  return Grid{kFracBits, std::ldexp(std::max(std::abs(clip.min), std::abs(clip.max)), kFracBits)};
}

}  // namespace

std::optional<Grid> exact_grid(const graph::Node& node,
                               const std::vector<std::optional<Grid>>& values,
                               const std::vector<Grid>& sums) {
  if (!node.params.empty()) {
    if (sums.empty()) return std::nullopt;
    Grid all = sums[0];
    for (const Grid& sum : sums) all = wider(all, sum);
    return all;
  }
  Magnitude domain(node, values);
  return std::visit(
      graph::Overloaded{
          [](const graph::Input&) { return Magnitude::Value(); },
          [](const graph::Softmax&) { return Magnitude::Value(); },
          [&](const graph::Clip& clip) { return domain.x(0) ? bounds_of(clip) : std::nullopt; },
          [&](const auto& kind) { return value(domain, kind); },
      },
      node.op);
}

}  // namespace qfx::steps
