// The domain of hardware: what a kind computes (graph/exact.h) as a formula for one lane.
#pragma once

#include <cstdint>
#include <vector>

#include "circuit/formula_builder.h"

#include "qfx/graph/exact.h"

namespace qfx::circuit {

class LaneDomain {
 public:
  struct Value {
    int frac_bits = 0;
    // A constant, one or one a row; empty: it is `ref`, negated in the rows that `negative` names.
    std::vector<fixed::BigInt> rows = {};
    bool is_khot = false, signed_digits = false;  // of the constant's digits few are not zero
    Ref ref = {};
    std::vector<bool> negative = {false};
  };

  // channels: of the lane, by row. inputs: the elements at its place.
  LaneDomain(FormulaBuilder& builder, const graph::Analyzed& model, NodeId id,
             std::vector<std::int64_t> channels, std::vector<Ref> inputs)
      : builder_(builder),
        model_(model),
        id_(id),
        node_(model.node(id)),
        channels_(std::move(channels)),
        inputs_(std::move(inputs)) {}

  Value x(std::size_t i) const;
  Value selected() const { return x(0); }
  Value parameter(graph::Role role) const;
  static Value constant(const graph::Dyadic& k);

  Value add(const Value& a, const Value& b);
  Value subtract(const Value& a, const Value& b);
  Value multiply(const Value& a, const Value& b);
  Value min(const Value& a, const Value& b) { return lesser(a, b, true); }
  Value max(const Value& a, const Value& b) { return lesser(a, b, false); }
  Value look_up(const graph::Function& function, const Value& x);

  template <class F, class G>
  Value by_sign(const Value& x, const F& not_negative, const G& negative) {
    const Ref plain = ref_of(x);
    const ValueRange range = builder_.range(plain);
    if (range.lo >= 0) return not_negative(value_of(plain, x.frac_bits));
    if (range.hi < 0) return negative(value_of(plain, x.frac_bits));
    const Ref above = builder_.narrowed(plain, {0, range.hi});
    const Ref below = builder_.narrowed(plain, {range.lo, -1});
    return choose(builder_.less(plain, builder_.constant(0)),
                  negative(value_of(below, x.frac_bits)),
                  not_negative(value_of(above, x.frac_bits)));
  }

  // As a value of its own, no sign waiting.
  Ref ref_of(const Value& value);
  static Value value_of(Ref ref, int frac_bits) {
    Value value;
    value.frac_bits = frac_bits;
    value.ref = ref;
    return value;
  }

 private:
  static bool is_constant(const Value& value) { return !value.rows.empty(); }
  Value choose(Ref condition, const Value& yes, const Value& no);
  Value lesser(const Value& a, const Value& b, bool takes_lesser);
  // Both on the finer grid.
  static std::pair<Value, Value> aligned(Value a, Value b);
  Value scaled(const Value& constant, const Value& x);
  Value scaled(const fixed::BigInt& factor, Ref x);
  Value scaled_by_rows(const Value& constant, Ref x);

  FormulaBuilder& builder_;
  const graph::Analyzed& model_;
  NodeId id_;
  const graph::FrozenNode& node_;
  std::vector<std::int64_t> channels_;
  std::vector<Ref> inputs_;
};
static_assert(graph::Domain<LaneDomain>);

}  // namespace qfx::circuit
