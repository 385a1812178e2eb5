#include "runtime/chain_nodes.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "runtime/chain.h"
#include "runtime/proof.h"
#include "runtime/tensor.h"

#include "qfx/base/error.h"
#include "qfx/base/int128.h"
#include "qfx/graph/clip.h"

namespace qfx::runtime {
namespace {

using graph::FrozenParam;
using graph::Interval;
using graph::NodeId;
using graph::Role;
using kernels::Clipping;
using kernels::IntCast;
using kernels::IntChain;

bool is_table(const graph::Op& op) {
  return std::holds_alternative<graph::Function>(op);
}

bool fits16(std::int64_t value) {
  return fits<std::int16_t>(value, value);
}
bool all_fit16(const std::vector<std::int64_t>& values) {
  return std::all_of(values.begin(), values.end(), fits16);
}

// A node's constants on the grid of its exact value, modulo 2^64.
class Constants {
 public:
  Constants(const Analyzed& analyzed, NodeId id)
      : analyzed_(analyzed),
        id_(id),
        node_(analyzed.node(id)),
        grid_(analyzed.range(id).accumulator_frac_bits) {}

  int grid() const { return grid_; }
  int x_frac_bits(std::size_t i = 0) const { return analyzed_.source(id_, i).format.frac_bits(); }
  // 1 on the way from input i's grid.
  std::int64_t unit(std::size_t i = 0) const { return aligned(1, x_frac_bits(i), grid_); }
  // What input i is multiplied by in a sum or comparison of two.
  std::int64_t factor_of(std::size_t i) const {
    const bool is_taken_away = i == 1 && std::holds_alternative<graph::Sub>(node_.op);
    return is_taken_away ? -unit(i) : unit(i);
  }

  // Factors of x.
  std::vector<std::int64_t> factors(Role role) const { return all(role, x_frac_bits()); }
  std::vector<std::int64_t> terms() const {
    const bool is_there = find(node_.params, Role::Offset) != nullptr;
    return is_there ? all(Role::Offset, 0) : std::vector<std::int64_t>{0};
  }

 private:
  std::vector<std::int64_t> all(Role role, int more) const {
    const FrozenParam& param = node_.params.at(role);
    std::vector<std::int64_t> values;
    for (std::int64_t c = 0; c < param.shape[0]; ++c)
      values.push_back(aligned(param.raw[c], more + param.frac_bits(c), grid_));
    return values;
  }

  const Analyzed& analyzed_;
  NodeId id_;
  const graph::FrozenNode& node_;
  int grid_;
};

// The limits for 32-bit raw values in `x`. Where every value is clipped the same way, one bound
// stands for both.
Clipping clipping_of(const graph::ClipLimits& limits, const Interval& x) {
  constexpr std::int64_t kLowest = INT32_MIN, kHighest = INT32_MAX;
  const auto always = [](std::int64_t bound) {
    return Clipping{INT32_MAX, INT32_MIN, bound, bound, 0};
  };
  if (x.hi < limits.below) return always(limits.low);
  if (x.lo > limits.above) return always(limits.high);
  return {static_cast<std::int32_t>(std::max(limits.below, kLowest)),
          static_cast<std::int32_t>(std::min(limits.above, kHighest)), limits.low, limits.high,
          kernels::power_of_two<std::int64_t>(limits.places)};
}

// Appends a node's exact value, before its cast.
template <class Lane>
class Appending {
 public:
  // own: which input of the node the chain's value is.
  Appending(IntChain<Lane>& chain, const Analyzed& analyzed, NodeId id, std::size_t own)
      : chain_(chain),
        analyzed_(analyzed),
        id_(id),
        own_(own),
        node_(analyzed.node(id)),
        constants_(analyzed, id) {}

  void operator()(const graph::Cast&) const {}
  void operator()(const graph::Relu&) const { chain_.clamp(0, std::numeric_limits<Lane>::max()); }
  void operator()(const graph::BatchNorm&) const { affine(constants_.factors(Role::Scale)); }
  void operator()(const graph::Affine&) const { affine(constants_.factors(Role::Scale)); }
  void operator()(const graph::Offset&) const { affine({constants_.unit()}); }
  void operator()(const graph::Neg&) const { affine({-constants_.unit()}); }
  void operator()(const graph::Clip& clip) const {
    chain_.clip(clipping_of(graph::clip_limits(clip, constants_.x_frac_bits(), constants_.grid()),
                            analyzed_.source_range(id_)));
  }
  void operator()(const graph::Prelu&) const { slope(constants_.factors(Role::Slope)); }
  void operator()(const graph::LeakyRelu&) const { slope(constants_.factors(Role::Slope)); }
  void operator()(const graph::Abs&) const { slope({-constants_.unit()}); }
  void operator()(const graph::Add&) const { add(); }
  void operator()(const graph::Sub&) const { add(); }
  void operator()(const graph::Maximum&) const {
    chain_.larger(other(), own_factor(), other_factor());
  }
  void operator()(const graph::Minimum&) const {
    chain_.smaller(other(), own_factor(), other_factor());
  }
  void operator()(const graph::Mul&) const { chain_.multiply(other()); }
  void operator()(const graph::Function&) const {
    const std::vector<std::int32_t>& table = node_.params.at(Role::Table).raw;
    chain_.look_up(std::vector<Lane>(table.begin(), table.end()),
                   static_cast<Lane>(fixed::min_raw(analyzed_.source(id_).format)));
  }
  template <class Kind>
  void operator()(const Kind&) const {
    internal_error("{} is not element-wise", Kind::kName);
  }

 private:
  static std::vector<Lane> lanes(const std::vector<std::int64_t>& values) {
    return {values.begin(), values.end()};
  }
  void affine(const std::vector<std::int64_t>& factors) const {
    chain_.multiply_add(lanes(factors), lanes(constants_.terms()), are_halves(factors));
  }
  void slope(const std::vector<std::int64_t>& below) const {
    const bool narrow = are_halves(below) && are_halves({constants_.unit()});
    chain_.slope_below_zero(lanes(below), static_cast<Lane>(constants_.unit()), narrow);
  }
  void add() const {
    const bool narrow = are_halves({constants_.factor_of(0), constants_.factor_of(1)}) &&
                        fits<std::int16_t>(analyzed_.source_range(id_, 1));
    chain_.add(other(), own_factor(), other_factor(), narrow);
  }
  // Whether the factors and what the node's first input can be fit 16 bits.
  bool are_halves(const std::vector<std::int64_t>& factors) const {
    return fits<std::int16_t>(analyzed_.source_range(id_)) && all_fit16(factors);
  }
  kernels::Storage other() const { return layout_of(analyzed_, node_.inputs[1 - own_]).storage; }
  Lane own_factor() const { return static_cast<Lane>(constants_.factor_of(own_)); }
  Lane other_factor() const { return static_cast<Lane>(constants_.factor_of(1 - own_)); }

  IntChain<Lane>& chain_;
  const Analyzed& analyzed_;
  NodeId id_;
  std::size_t own_;
  const graph::FrozenNode& node_;
  Constants constants_;
};

// ---- proofs

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
  const Constants constants(analyzed, id);
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
  Constants constants_;
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

template <class Lane>
void append_nodes(IntChain<Lane>& chain, const Analyzed& analyzed, const Group& group,
                  std::size_t first) {
  for (std::size_t i = first; i < group.nodes.size(); ++i) {
    const NodeId id = group.nodes[i];
    const graph::FrozenNode& node = analyzed.node(id);
    const bool is_second = i > 0 && node.inputs.size() == 2 && node.inputs[0] != group.nodes[i - 1];
    std::visit(Appending<Lane>(chain, analyzed, id, is_second ? 1 : 0), node.op);
    if (!is_table(node.op)) chain.cast(accumulator_cast(analyzed, id));
  }
}

template void append_nodes(IntChain<std::int16_t>&, const Analyzed&, const Group&, std::size_t);
template void append_nodes(IntChain<std::int32_t>&, const Analyzed&, const Group&, std::size_t);
template void append_nodes(IntChain<std::int64_t>&, const Analyzed&, const Group&, std::size_t);

const char* operation_name(const Analyzed& analyzed, NodeId id) {
  return std::visit(graph::Overloaded{
                        [](const graph::BatchNorm&) { return "scale * x + offset"; },
                        [](const graph::Affine&) { return "scale * x + offset"; },
                        [](const graph::Offset&) { return "x + offset"; },
                        [](const graph::Clip&) { return "clip x"; },
                        [](const graph::Prelu&) { return "x or slope * x"; },
                        [](const graph::LeakyRelu&) { return "x or slope * x"; },
                        [](const graph::Add&) { return "a + b"; },
                        [](const graph::Sub&) { return "a - b"; },
                        [](const graph::Mul&) { return "a * b"; },
                        [](const graph::Maximum&) { return "max(a, b)"; },
                        [](const graph::Minimum&) { return "min(a, b)"; },
                        [](const graph::Function&) { return "table"; },
                        [](const auto&) { return "x"; },
                    },
                    analyzed.node(id).op);
}

}  // namespace qfx::runtime
