#include <algorithm>
#include <utility>

#include "circuit/formula_builder.h"
#include "circuit/lane_domain.h"

#include "qfx/base/error.h"

namespace qfx::circuit {
namespace {

// The elements of a group's words: those at the same place of a word share a lane.
struct Places {
  std::int64_t lanes = 1, rows = 1, elements = 1;
  bool is_image = false;
  dataflow::Layout layout;

  // Of a lane, by row. Beyond a group's last element it is any.
  std::vector<std::int64_t> channels(std::int64_t lane) const {
    const std::int64_t own_rows = (elements + lanes - 1) / lanes;
    std::vector<std::int64_t> of_row;
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t element = std::min(row % own_rows * lanes + lane, elements - 1);
      of_row.push_back(is_image ? element
                                : layout.element(element / layout.lanes, element % layout.lanes));
    }
    return of_row;
  }
};

Places places_of(const dataflow::Network& network, NodeId node, std::int64_t lanes) {
  const Shape& shape = network.node(node).shape;
  Places places{.lanes = lanes,
                .elements = shape[0],
                .is_image = shape.size() > 1,
                .layout = network.layouts[static_cast<std::size_t>(node)]};
  places.rows = (places.elements + lanes - 1) / lanes;
  return places;
}

ValueRange range_of(const dataflow::Network& network, NodeId node) {
  const fixed::Interval range = network.analyzed.range(node).output;
  return {range.lo, range.hi};
}

// What the element-wise kinds compute before their cast. Where lowering has thresholds at hand that
// say the same, they are compared with.
class Exact {
 public:
  Exact(FormulaBuilder& builder, LaneDomain& domain, const dataflow::Map& map, Ref x)
      : builder_(builder), domain_(domain), map_(map), x_(x) {}

  LaneDomain::Value operator()(const graph::QuantSign& levels) {
    const auto& steps = map_.steps->values;
    return LaneDomain::value_of(level(steps, 0, std::ssize(steps), levels.largest()), 0);
  }

  LaneDomain::Value operator()(const graph::Clip&) {
    const dataflow::Limits& limits = *map_.limits;
    const Ref inside{x_.value, x_.shift + *map_.places};
    ValueRange known{std::min(limits.low, limits.high), std::max(limits.low, limits.high)};
    const Ref not_below = builder_.select(builder_.less(builder_.constant(limits.above), x_),
                                          builder_.constant(limits.high), inside, nullptr);
    return LaneDomain::value_of(builder_.select(builder_.less(x_, builder_.constant(limits.below)),
                                                builder_.constant(limits.low), not_below, &known),
                                map_.sum.frac_bits);
  }

  template <class Kind>
  LaneDomain::Value operator()(const Kind& kind) {
    if constexpr (requires { value(domain_, kind); })
      return value(domain_, kind);
    else
      internal_error("a kind without an exact value is no map");
  }

 private:
  // The level of an input that lies above the steps before `first` and below those from `last` on.
  Ref level(const std::vector<std::int64_t>& steps, std::int64_t first, std::int64_t last,
            std::int64_t largest) {
    if (first == last) return builder_.constant(2 * first - largest);
    const std::int64_t middle = (first + last) / 2;
    const Ref below = builder_.less(x_, builder_.constant(steps[static_cast<std::size_t>(middle)]));
    const Ref lower = level(steps, first, middle, largest);
    return builder_.select(below, lower, level(steps, middle + 1, last, largest));
  }

  FormulaBuilder& builder_;
  LaneDomain& domain_;
  const dataflow::Map& map_;
  Ref x_;
};

class ChainFormula {
 public:
  ChainFormula(const dataflow::Network& network, const Chain& chain)
      : network_(network), chain_(chain), builder_(rows()) {}

  Formula build() {
    begin();
    for (const ProcessId id : chain_.processes) append(process(id));
    if (!builder_.formula().inner.empty()) builder_.formula().inner.pop_back();
    for (const std::vector<Ref>& lane : lanes_) builder_.formula().outputs.push_back(lane[0]);
    return std::move(builder_.formula());
  }

 private:
  const dataflow::Process& process(ProcessId id) const {
    return network_.processes[static_cast<std::size_t>(id)];
  }
  NodeId first_node() const {
    return chain_.processes.empty()
               ? network_.streams[static_cast<std::size_t>(network_.outputs[0])].node
               : process(chain_.processes[0]).node;
  }
  // A pixel's, or a vector's where one of them has constants of its own for each element: the
  // pixels of a flattened image then take theirs in turn.
  std::int64_t rows() const {
    std::int64_t rows = places_of(network_, first_node(), chain_.lanes).rows;
    for (const ProcessId id : chain_.processes)
      rows = std::max(rows, places_of(network_, process(id).node, chain_.lanes).rows);
    return rows;
  }

  // The inputs' elements.
  void begin() {
    std::vector<NodeId> inputs{first_node()};
    if (!chain_.processes.empty()) {
      inputs.clear();
      for (const dataflow::StreamId stream : process(chain_.processes[0]).inputs)
        inputs.push_back(network_.streams[static_cast<std::size_t>(stream)].node);
    }
    for (std::int64_t lane = 0; lane < chain_.lanes; ++lane) {
      lanes_.emplace_back();
      for (std::size_t i = 0; i < inputs.size(); ++i)
        lanes_.back().push_back(builder_.element(static_cast<int>(i), static_cast<int>(lane),
                                                 range_of(network_, inputs[i])));
    }
  }

  void append(const dataflow::Process& one) {
    if (!dataflow::computes(one)) return;
    const graph::FrozenNode& node = network_.node(one.node);
    Places places = places_of(network_, one.node, chain_.lanes);
    places.rows = rows();
    int stage = 0;
    for (std::int64_t lane = 0; lane < chain_.lanes; ++lane) {
      std::vector<Ref>& refs = lanes_[static_cast<std::size_t>(lane)];
      LaneDomain domain(builder_, network_.analyzed, one.node, places.channels(lane), refs);
      const LaneDomain::Value exact =
          std::visit(Exact(builder_, domain, std::get<dataflow::Map>(one.work), refs[0]), node.op);
      refs = {builder_.cast(domain.ref_of(exact), exact.frac_bits, node.format)};
      stage = std::max(stage, builder_.stage(refs[0]));
    }
    Formula::Inner inner{.node = one.node, .elements = {}, .stage = stage};
    for (std::vector<Ref>& refs : lanes_) {
      refs[0] = builder_.wait(refs[0], stage);
      inner.elements.push_back(refs[0]);
    }
    builder_.formula().inner.push_back(std::move(inner));
  }

  const dataflow::Network& network_;
  const Chain& chain_;
  FormulaBuilder builder_;
  std::vector<std::vector<Ref>> lanes_;  // what the next process reads
};

}  // namespace

Formula formula_of(const dataflow::Network& network, const Chain& chain) {
  return ChainFormula(network, chain).build();
}

Formula formula_of(const dataflow::Network& network, const Spread& spread) {
  const dataflow::Process& process = network.processes[static_cast<std::size_t>(spread.process)];
  const dataflow::Table& thresholds = std::get<dataflow::Spread>(process.work).thresholds;
  const NodeId input = network.streams[static_cast<std::size_t>(process.inputs[0])].node;
  const Places places = places_of(network, input, spread.lanes);
  const std::int64_t count = thresholds.shape[1];
  FormulaBuilder builder(places.rows);
  for (std::int64_t lane = 0; lane < spread.lanes; ++lane) {
    const Ref x = builder.element(0, static_cast<int>(lane), range_of(network, input));
    const std::vector<std::int64_t> channels = places.channels(lane);
    for (std::int64_t j = 0; j < count; ++j) {
      std::vector<fixed::BigInt> rows;
      for (const std::int64_t channel : channels)
        rows.emplace_back(thresholds.values[static_cast<std::size_t>(channel * count + j)]);
      builder.formula().outputs.push_back(builder.select(
          builder.less(x, builder.rows(rows)), builder.constant(-1), builder.constant(1)));
    }
  }
  return std::move(builder.formula());
}

}  // namespace qfx::circuit
