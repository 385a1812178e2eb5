#include "circuit/formula_pieces.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "circuit/mapping.h"

namespace qfx::circuit {
namespace {

class FormulaPieces {
 public:
  explicit FormulaPieces(const Formula& formula)
      : formula_(formula), last_use_(formula.values.size(), -1) {}

  Pieces run() {
    for (const Ref& output : formula_.outputs) use(output, formula_.stages() - 1);
    for (std::size_t id = formula_.values.size(); id-- > 0;) {
      if (last_use_[id] < 0) continue;  // a node inside that only a trace reads
      const Value& value = formula_.values[id];
      now_ = &value;
      std::visit(*this, value.operation);
      if (!is_constant(value))
        pieces_.add(Piece::Register, real(last_use_[id] - value.stage) * width_of(value.range));
    }
    for (const auto& [stage, bits] : row_bits_) pieces_ += rom(formula_.rows, bits);
    return pieces_;
  }

  void operator()(const Element&) {}
  void operator()(const Constant&) {}
  void operator()(const Rows&) {}
  void operator()(const Addition& addition) {
    use(addition.a, now_->stage);
    use(addition.b, now_->stage);
    if (addition.subtracts.size() > 1) row_bits_[now_->stage] += 1;
    pieces_.add(Piece::AddBit, std::max(0, width() - addition.b.shift));
  }
  void operator()(const Product& product) {
    use(product.a, now_->stage);
    use(product.b, now_->stage);
    pieces_ += multiply_pieces(width_of(range(product.a)), width_of(range(product.b)));
  }
  void operator()(const Shifting& shifting) {
    use(shifting.x, now_->stage);
    const bool has_zero = std::ranges::count(shifting.choices, -1) > 0;
    const int ways = static_cast<int>(shifting.shifts.size()) + (has_zero ? 1 : 0);
    if (ways > 1) row_bits_[now_->stage] += ways > 8 ? 4 : ways > 4 ? 3 : ways > 2 ? 2 : 1;
    pieces_.add(Piece::ShiftBit, width() * shift_cost(ways));
  }
  void operator()(const Less& less) {
    use(less.a, now_->stage);
    use(less.b, now_->stage);
    const bool is_sign = is_constant(value(less.b)) && range(less.b).lo == 0;
    if (!is_sign)
      pieces_.add(Piece::CompareBit, std::max(width_of(range(less.a)), width_of(range(less.b))));
  }
  void operator()(const Select& select) {
    use({select.condition, 0}, now_->stage);
    use(select.yes, now_->stage);
    use(select.no, now_->stage);
    pieces_.add(Piece::SelectBit, width());
  }
  void operator()(const LookUp& look_up) {
    use({look_up.x, 0}, now_->stage - 1);
    pieces_ += rom(std::ssize(look_up.entries), width());
  }
  void operator()(const Cast& cast) {
    use(cast.x, now_->stage);
    pieces_ += cast_pieces(width_of(range(cast.x)) + cast.x.shift, cast.frac_bits, cast.to);
  }
  void operator()(const Narrowed& narrowed) { use(narrowed.x, now_->stage); }

 private:
  static bool is_constant(const Value& value) {
    return std::holds_alternative<Constant>(value.operation);
  }
  const Value& value(Ref ref) const { return formula_.values[static_cast<std::size_t>(ref.value)]; }
  const ValueRange& range(Ref ref) const { return value(ref).range; }
  int width() const { return width_of(now_->range); }

  void use(Ref ref, int stage) {
    int& last = last_use_[static_cast<std::size_t>(ref.value)];
    last = std::max(last, stage);
    if (const auto* rows = std::get_if<Rows>(&value(ref).operation);
        rows != nullptr && rows->values.size() > 1 && read_rows_.emplace(ref.value, stage).second)
      row_bits_[stage] += width_of(range(ref));
  }

  const Formula& formula_;
  std::vector<int> last_use_;
  const Value* now_ = nullptr;
  std::map<int, std::int64_t> row_bits_;           // by stage: constants that rows choose
  std::set<std::pair<ValueId, int>> read_rows_ = {};  // and where
  Pieces pieces_;
};

}  // namespace

Pieces formula_pieces(const Formula& formula) {
  return FormulaPieces(formula).run();
}

}  // namespace qfx::circuit
