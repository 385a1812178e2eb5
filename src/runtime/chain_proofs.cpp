// Which lanes of qfx/kernels/int_chain.h a node is proved to fit.
#include <algorithm>
#include <limits>
#include <vector>

#include "runtime/chain.h"
#include "runtime/node_constants.h"
#include "runtime/proof.h"

#include "qfx/base/int128.h"

namespace qfx::runtime {
namespace {

using graph::Interval;
using graph::NodeId;
using graph::Role;
using kernels::IntCast;
using kernels::IntChain;

template <class Lane>
bool product_fits(std::int64_t factor, const Interval& x) {
  const auto fit = [&](Int128 value) {
    return value >= std::numeric_limits<Lane>::min() && value <= std::numeric_limits<Lane>::max();
  };
  return fit(factor) && fit(Int128{factor} * x.lo) && fit(Int128{factor} * x.hi);
}

// Of a sum or comparison of two inputs.
template <class Lane>
bool terms_fit(const Analyzed& analyzed, NodeId id) {
  const NodeConstants constants(analyzed, id);
  // Beyond, a factor is nothing modulo 2^64.
  for (std::size_t i = 0; i < 2; ++i)
    if (constants.grid() - constants.x_frac_bits(i) >= 63) return false;
  return product_fits<Lane>(constants.factor_of(0), analyzed.source_range(id, 0)) &&
         product_fits<Lane>(constants.factor_of(1), analyzed.source_range(id, 1));
}

// Whether the cast of a value within 16 bits does not leave them.
bool casts_in_halves(const IntCast::Plan& plan, const fixed::Format& to) {
  if (plan.right > 14 || plan.left > 14) return false;
  const bool wraps =
      plan.fit == IntCast::FitKind::WrapSigned || plan.fit == IntCast::FitKind::WrapUnsigned;
  return !wraps || to.width <= 16;
}

// Whether a sum's cast is the same where the sum saturates: at either end it is at the cast's own
// limit by then.
bool saturates_alike(const IntCast::Plan& plan) {
  const bool by_shift = plan.round == IntCast::RoundKind::HalfUp ||
                        (plan.round == IntCast::RoundKind::Shift && plan.left == 0);
  if (!by_shift || plan.fit != IntCast::FitKind::Clamp) return false;
  const std::int64_t half = plan.right > 0 ? std::int64_t{1} << (plan.right - 1) : 0;
  return (INT16_MAX >> plan.right) >= plan.hi && ((INT16_MIN + half) >> plan.right) <= plan.lo;
}

// Whether what a kind computes on the way to its exact value fits, that value left out.
class FitsHalves {
 public:
  FitsHalves(const Analyzed& analyzed, NodeId id)
      : analyzed_(analyzed), id_(id), constants_(analyzed, id) {}

  bool operator()(const graph::Cast&) const { return true; }
  bool operator()(const graph::Relu&) const { return true; }
  bool operator()(const graph::BatchNorm&) const { return affine(constants_.factors(Role::Scale)); }
  bool operator()(const graph::Affine&) const { return affine(constants_.factors(Role::Scale)); }
  bool operator()(const graph::Offset&) const { return affine({constants_.unit()}); }
  bool operator()(const graph::Neg&) const { return affine({-constants_.unit()}); }
  bool operator()(const graph::Prelu&) const { return slope(constants_.factors(Role::Slope)); }
  bool operator()(const graph::LeakyRelu&) const { return slope(constants_.factors(Role::Slope)); }
  bool operator()(const graph::Abs&) const { return slope({-constants_.unit()}); }
  bool operator()(const graph::Add&) const { return both(); }
  bool operator()(const graph::Sub&) const { return both(); }
  bool operator()(const graph::Maximum&) const { return both(); }
  bool operator()(const graph::Minimum&) const { return both(); }
  bool operator()(const graph::Mul&) const { return true; }
  template <class Kind>
  bool operator()(const Kind&) const {
    return false;
  }

 private:
  bool affine(const std::vector<std::int64_t>& factors) const {
    const Interval& x = analyzed_.source_range(id_);
    return all_fit16(constants_.terms()) &&
           std::all_of(factors.begin(), factors.end(),
                       [&](std::int64_t factor) { return product_fits<std::int16_t>(factor, x); });
  }
  bool slope(const std::vector<std::int64_t>& below) const {
    return all_fit16(below) && fits16(constants_.unit());
  }
  bool both() const { return terms_fit<std::int16_t>(analyzed_, id_); }

  const Analyzed& analyzed_;
  NodeId id_;
  NodeConstants constants_;
};

// Whether what a node compares fits: the value that it does not take may be the larger one.
template <class Lane>
bool compares_within(const Analyzed& analyzed, NodeId id) {
  const graph::Op& op = analyzed.node(id).op;
  const bool compares =
      std::holds_alternative<graph::Maximum>(op) || std::holds_alternative<graph::Minimum>(op);
  return !compares || terms_fit<Lane>(analyzed, id);
}

bool is_sum(const graph::Op& op) {
  using namespace graph;
  return std::holds_alternative<BatchNorm>(op) || std::holds_alternative<graph::Affine>(op) ||
         std::holds_alternative<Offset>(op) || std::holds_alternative<Add>(op) ||
         std::holds_alternative<Sub>(op);
}

}  // namespace

bool is_chainable(const Analyzed& analyzed, NodeId id) {
  const graph::Op& op = analyzed.node(id).op;
  const bool is_kind = std::visit(
      []<class Kind>(const Kind&) {
        using namespace graph;
        return std::is_same_v<Kind, Cast> || std::is_same_v<Kind, Relu> ||
               std::is_same_v<Kind, BatchNorm> || std::is_same_v<Kind, graph::Affine> ||
               std::is_same_v<Kind, Offset> || std::is_same_v<Kind, Neg> ||
               std::is_same_v<Kind, Clip> || std::is_same_v<Kind, Prelu> ||
               std::is_same_v<Kind, LeakyRelu> || std::is_same_v<Kind, Abs> ||
               std::is_same_v<Kind, Add> || std::is_same_v<Kind, Sub> ||
               std::is_same_v<Kind, Maximum> || std::is_same_v<Kind, Minimum> ||
               std::is_same_v<Kind, Mul> || std::is_same_v<Kind, Function>;
      },
      op);
  return is_kind && (is_table(op) || fits_lanes(analyzed, id));
}

bool fits_lanes(const Analyzed& analyzed, NodeId id) {
  return IntChain<std::int64_t>::takes(accumulator_cast(analyzed, id)) &&
         compares_within<std::int64_t>(analyzed, id);
}

bool fits_words(const Analyzed& analyzed, NodeId id) {
  if (is_table(analyzed.node(id).op)) return true;
  return fits<std::int32_t>(analyzed.range(id).accumulator) &&
         IntChain<std::int32_t>::takes(accumulator_cast(analyzed, id)) &&
         compares_within<std::int32_t>(analyzed, id);
}

bool fits_halves(const Analyzed& analyzed, NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    if (!fits<std::int16_t>(analyzed.source_range(id, i))) return false;
  const graph::NodeRange& range = analyzed.range(id);
  if (is_table(node.op) || !fits<std::int16_t>(range.output)) return false;
  if (!std::visit(FitsHalves(analyzed, id), node.op)) return false;
  const IntCast cast = accumulator_cast(analyzed, id);
  if (!IntChain<std::int16_t>::takes(cast)) return false;
  const IntCast::Plan& plan = cast.plan();
  if (!casts_in_halves(plan, node.format)) return false;
  const std::int64_t half =
      plan.round == IntCast::RoundKind::HalfUp ? std::int64_t{1} << (plan.right - 1) : 0;
  const std::int64_t up = std::int64_t{1} << plan.left;
  const Interval& exact = range.accumulator;
  if (fits16(exact.lo * up) && fits16((exact.hi + half) * up)) return true;
  return is_sum(node.op) && saturates_alike(plan);
}

}  // namespace qfx::runtime
