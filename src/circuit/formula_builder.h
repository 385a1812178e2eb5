// Builds a formula operation by operation: each is simplified where ranges decide it, and given its
// place between registers.
#pragma once

#include <vector>

#include "qfx/circuit/formula.h"

namespace qfx::circuit {

class FormulaBuilder {
 public:
  explicit FormulaBuilder(std::int64_t rows) { formula_.rows = rows; }

  Ref element(int input, int lane, const ValueRange& range);
  Ref constant(const fixed::BigInt& value);
  Ref rows(std::vector<fixed::BigInt> values);  // one, or one a row

  // `range`: what is known of the result; otherwise that of the operands.
  Ref add(Ref a, Ref b, std::vector<bool> subtracts, const ValueRange* range = nullptr);
  Ref product(Ref a, Ref b);
  Ref shifted(Ref x, std::vector<int> shifts, std::vector<int> choices, const ValueRange& range);
  Ref less(Ref a, Ref b);
  Ref select(Ref condition, Ref yes, Ref no, const ValueRange* range = nullptr);
  Ref look_up(Ref x, const std::vector<std::int64_t>& entries, const ValueRange& range);
  Ref cast(Ref x, int frac_bits, const fixed::Format& to);
  Ref narrowed(Ref x, const ValueRange& range);
  // Not before this stage.
  Ref wait(Ref x, int stage);

  ValueRange range(Ref x) const;
  int stage(Ref x) const { return value(x).stage; }
  bool is_constant(Ref x) const;

  Formula& formula() { return formula_; }

 private:
  const Value& value(Ref x) const { return formula_.values[static_cast<std::size_t>(x.value)]; }
  // After its operands, in a stage that has room for its delay.
  Ref put(Value value, const std::vector<Ref>& operands, int delay);

  Formula formula_;
};

ValueRange joined(const ValueRange& a, const ValueRange& b);
ValueRange times(const ValueRange& a, const ValueRange& b);
ValueRange shifted_left(const ValueRange& range, int places);

}  // namespace qfx::circuit
