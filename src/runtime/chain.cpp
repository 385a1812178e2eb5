#include "runtime/chain.h"

#include <algorithm>

#include "runtime/proof.h"

#include "qfx/base/error.h"
#include "qfx/graph/clip.h"

namespace qfx::runtime {
namespace {

using kernels::Clipping;
using kernels::IntChain;

// Constants modulo 2^32, as the lanes' arithmetic is.
std::int32_t lane(std::int64_t value) {
  return static_cast<std::int32_t>(value);
}

// The limits for 32-bit raw values in `x`. Where every value is clipped the same way, one bound
// stands for both.
Clipping<std::int32_t> clipping_of(const graph::ClipLimits& limits, const graph::Interval& x) {
  constexpr std::int64_t kLowest = INT32_MIN, kHighest = INT32_MAX;
  const auto always = [](std::int64_t bound) {
    return Clipping<std::int32_t>{INT32_MAX, INT32_MIN, lane(bound), lane(bound), 0};
  };
  if (x.hi < limits.below) return always(limits.low);
  if (x.lo > limits.above) return always(limits.high);
  return {lane(std::max(limits.below, kLowest)), lane(std::min(limits.above, kHighest)),
          lane(limits.low), lane(limits.high), kernels::power_of_two<std::int32_t>(limits.places)};
}

// A node's exact value, before its cast.
class Appended {
 public:
  // own: which input of the node the chain's value is.
  Appended(IntChain& chain, const Analyzed& analyzed, graph::NodeId id, std::size_t own)
      : chain_(chain),
        analyzed_(analyzed),
        id_(id),
        own_(own),
        node_(analyzed.node(id)),
        grid_(analyzed.range(id).accumulator_frac_bits) {}

  void operator()(const graph::Cast&) const {}
  void operator()(const graph::Relu&) const { chain_.relu(); }
  void operator()(const graph::BatchNorm&) const {
    const graph::FrozenParam& scale = node_.params.at(graph::Role::Scale);
    affine(constants(scale, x_frac_bits()), terms());
  }
  void operator()(const graph::Offset&) const {
    affine({lane(aligned(1, x_frac_bits(), grid_))}, terms());
  }
  void operator()(const graph::Clip& clip) const {
    chain_.clip(clipping_of(graph::clip_limits(clip, x_frac_bits(), grid_),
                            analyzed_.source_range(id_)));
  }
  void operator()(const graph::Prelu&) const { slope(); }
  void operator()(const graph::LeakyRelu&) const { slope(); }
  void operator()(const graph::Add&) const { sum(1); }
  void operator()(const graph::Sub&) const { sum(-1); }
  void operator()(const graph::Mul&) const {
    chain_.multiply(layout_of(analyzed_, node_.inputs[1 - own_]).storage);
  }
  void operator()(const graph::Function&) const {
    chain_.look_up(node_.params.at(graph::Role::Table).raw,
                   lane(fixed::min_raw(analyzed_.source(id_).format)));
  }
  template <class Kind>
  void operator()(const Kind&) const {
    internal_error("{} is not element-wise", Kind::kName);
  }

 private:
  int x_frac_bits(std::size_t i = 0) const { return analyzed_.source(id_, i).format.frac_bits(); }

  // Of a parameter that meets a factor of `more` fraction bits, on the node's grid.
  std::vector<std::int32_t> constants(const graph::FrozenParam& param, int more) const {
    std::vector<std::int32_t> values;
    for (std::int64_t c = 0; c < param.shape[0]; ++c)
      values.push_back(lane(aligned(param.raw[c], more + param.frac_bits(c), grid_)));
    return values;
  }
  std::vector<std::int32_t> terms() const {
    return constants(node_.params.at(graph::Role::Offset), 0);
  }
  void affine(const std::vector<std::int32_t>& factors,
              const std::vector<std::int32_t>& terms) const {
    chain_.multiply_add(factors, terms);
  }
  void slope() const {
    chain_.slope_below_zero(constants(node_.params.at(graph::Role::Slope), x_frac_bits()),
                            lane(aligned(1, x_frac_bits(), grid_)));
  }
  // sign: of the second input.
  void sum(std::int64_t sign) const {
    const std::size_t other = 1 - own_;
    const auto factor = [&](std::size_t i) {
      return lane(aligned(i == 0 ? 1 : sign, x_frac_bits(i), grid_));
    };
    chain_.add(layout_of(analyzed_, node_.inputs[other]).storage, factor(own_), factor(other));
  }

  IntChain& chain_;
  const Analyzed& analyzed_;
  graph::NodeId id_;
  std::size_t own_;
  const graph::FrozenNode& node_;
  int grid_;
};

// Kinds that are a table or one of the operations above, by whether a value of theirs is cast.
bool is_cast(const graph::Op& op) {
  return !std::holds_alternative<graph::Function>(op);
}

class ElementStep : public Step {
 public:
  ElementStep(const Analyzed& analyzed, const Group& group, std::string name)
      : Step(std::move(name)),
        from_(layout_of(analyzed, group.inputs[0])),
        to_(layout_of(analyzed, group.last())),
        chain_(to_.channels) {
    append_nodes(chain_, analyzed, group, 0);
  }

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte*) const override {
    chain_.run({inputs[0], from_.storage, inputs + 1, output, to_.storage, 0,
                images * to_.elements()});
  }

 private:
  TensorLayout from_, to_;
  IntChain chain_;
};

std::string name_of(const Analyzed& analyzed, graph::NodeId id) {
  const int width = analyzed.range(id).accumulator_width;
  return std::visit(
      graph::Overloaded{
          [&](const graph::BatchNorm&) { return describe("scale * x + offset", "int32", width); },
          [&](const graph::Offset&) { return describe("x + offset", "int32", width); },
          [&](const graph::Clip&) { return describe("clip x", "int32", width); },
          [&](const graph::Prelu&) { return describe("x or slope * x", "int32", width); },
          [&](const graph::LeakyRelu&) { return describe("x or slope * x", "int32", width); },
          [&](const graph::Add&) { return describe("a + b", "int32", width); },
          [&](const graph::Sub&) { return describe("a - b", "int32", width); },
          [&](const graph::Mul&) { return describe("a * b", "int32", width); },
          [&](const graph::Function&) {
            const auto& table = analyzed.node(id).params.at(graph::Role::Table);
            return fmt::format("table of {}", table.raw.size());
          },
          [&](const auto&) { return describe("int32", width); },
      },
      analyzed.node(id).op);
}

}  // namespace

bool is_chainable(const Analyzed& analyzed, graph::NodeId id) {
  const bool is_kind = std::visit(
      []<class Kind>(const Kind&) {
        using namespace graph;
        return (std::is_same_v<Kind, Cast> || std::is_same_v<Kind, Relu> ||
                std::is_same_v<Kind, BatchNorm> || std::is_same_v<Kind, Offset> ||
                std::is_same_v<Kind, Clip> || std::is_same_v<Kind, Prelu> ||
                std::is_same_v<Kind, LeakyRelu> || std::is_same_v<Kind, Add> ||
                std::is_same_v<Kind, Sub> || std::is_same_v<Kind, Mul> ||
                std::is_same_v<Kind, Function>);
      },
      analyzed.node(id).op);
  return is_kind && (!is_cast(analyzed.node(id).op) || fits_lanes(analyzed, id));
}

bool fits_lanes(const Analyzed& analyzed, graph::NodeId id) {
  return fits<std::int32_t>(analyzed.range(id).accumulator) &&
         IntChain::takes(accumulator_cast(analyzed, id));
}

void append_nodes(IntChain& chain, const Analyzed& analyzed, const Group& group,
                  std::size_t first) {
  for (std::size_t i = first; i < group.nodes.size(); ++i) {
    const graph::NodeId id = group.nodes[i];
    const graph::FrozenNode& node = analyzed.node(id);
    const bool is_second =
        i > 0 && node.inputs.size() == 2 && node.inputs[0] != group.nodes[i - 1];
    std::visit(Appended(chain, analyzed, id, is_second ? 1 : 0), node.op);
    if (is_cast(node.op)) chain.cast(accumulator_cast(analyzed, id));
  }
}

std::unique_ptr<Step> make_elements(const Analyzed& analyzed, const Group& group) {
  return std::make_unique<ElementStep>(analyzed, group, name_of(analyzed, group.first()));
}

}  // namespace qfx::runtime
