#include "runtime/chain_nodes.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "runtime/chain.h"
#include "runtime/node_constants.h"
#include "runtime/proof.h"
#include "runtime/tensor.h"

#include "qfx/base/error.h"
#include "qfx/graph/clip.h"

namespace qfx::runtime {
namespace {

using graph::Interval;
using graph::NodeId;
using graph::Role;
using kernels::Clipping;
using kernels::IntCast;
using kernels::IntChain;

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
  NodeConstants constants_;
};

}  // namespace

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
