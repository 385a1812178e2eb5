#include "qfx/graph/cost.h"

#include <algorithm>

#include "graph/exact/bounds.h"

#include "qfx/fixed/khot.h"

namespace qfx::graph {
namespace {

// A number is its bounds and the terms it is still to be added up from.
class Operations {
 public:
  struct Value {
    Bounds::Value bounds;
    std::int64_t terms = 1;
    const FrozenParam* constant = nullptr;  // whose element it is, where it is one
    bool is_free_factor = false;            // a power of two, or the sign that a binary weight is
  };

  Operations(Bounds bounds, const FrozenNode& node, KHot k_hot, Cost& cost)
      : bounds_(std::move(bounds)), node_(node), k_hot_(k_hot), cost_(cost) {}

  // Goes on with elements of this output channel, each of which counts `uses` times.
  void go_to(std::int64_t channel, std::int64_t uses) {
    bounds_.go_to(channel);
    uses_ = uses;
  }

  Value x(std::size_t i) const { return {bounds_.x(i)}; }
  Value selected() const { return {bounds_.selected()}; }
  Value parameter(Role role) const {
    return {bounds_.parameter(role), 1, &node_.params.at(role),
            own_format(node_.op, role).has_value()};
  }
  // Those that multiply are powers of two.
  Value constant(const Dyadic& k) const {
    return {bounds_.constant(k), k.raw == 0 ? 0 : 1, nullptr, true};
  }

  Value add(const Value& a, const Value& b) const {
    return {bounds_.add(a.bounds, b.bounds), a.terms + b.terms};
  }
  // Less than nothing is a negation, which costs what a difference costs.
  Value subtract(const Value& a, const Value& b) const {
    return {bounds_.subtract(a.bounds, b.bounds), std::max<std::int64_t>(a.terms, 1) + b.terms};
  }
  Value multiply(const Value& a, const Value& b) {
    const Bounds::Value product = bounds_.multiply(a.bounds, b.bounds);
    if (a.is_free_factor) return {product, b.terms};
    if (is_k_hot(a)) return {product, shifted(b, a)};
    if (is_k_hot(b)) return {product, shifted(a, b)};
    const Value factors[] = {added_up(a), added_up(b)};
    cost_.multiplies[{width(factors[0]), width(factors[1])}] += uses_;
    return {product};
  }
  Value min(const Value& a, const Value& b) {
    return compared(bounds_.min(added_up(a).bounds, added_up(b).bounds), a, b);
  }
  Value max(const Value& a, const Value& b) {
    return compared(bounds_.max(added_up(a).bounds, added_up(b).bounds), a, b);
  }
  template <class F, class G>
  Value by_sign(const Value& x, const F& not_negative, const G& negative) {
    const Value any = added_up(x);
    const Value sides[] = {added_up(not_negative(any)), added_up(negative(any))};
    return {Bounds::either(sides[0].bounds, sides[1].bounds)};
  }
  Value look_up(const Function& function, const Value& x) {
    return {bounds_.look_up(function, added_up(x).bounds)};
  }

  template <class Term>
  Value sum(const Term& term) {
    Value all = constant({});
    bounds_.for_each_tap([&] { all = add(all, term()); });
    return all;
  }
  template <class Term>
  Value mean(const Term& term) {
    const Value one = added_up(term());
    return {bounds_.mean([&] { return one.bounds; }), bounds_.taps().count()};
  }
  template <class Term>
  Value largest(const Term& term) {
    const Value one = added_up(term());
    count(cost_.comparisons, width(one), bounds_.taps().count() - 1);
    return one;
  }

  // With the additions that are left.
  Value added_up(Value value) {
    count(cost_.adds, signed_width(value.bounds.any_order), value.terms - 1);
    value.terms = std::min<std::int64_t>(value.terms, 1);
    return value;
  }

 private:
  bool is_k_hot(const Value& value) const {
    return k_hot_ == KHot::Shifts && value.constant != nullptr && value.constant->k_hot > 0;
  }
  static int width(const Value& value) {
    if (value.constant == nullptr) return signed_width(value.bounds.total);
    return value.constant->format.width + (value.constant->format.is_signed ? 0 : 1);
  }

  void count(std::map<int, Cost::Count>& operations, int width, std::int64_t times) const {
    if (times > 0) operations[width] += uses_ * times;
  }
  // The terms of a product with a K-hot constant.
  std::int64_t shifted(const Value& value, const Value& constant) {
    const auto raw = static_cast<std::int64_t>(constant.bounds.total.lo);
    const std::int64_t digits = fixed::count_digits(raw, constant.constant->signed_digits);
    count(cost_.shifts, width(added_up(value)), digits);
    return digits;
  }
  Value compared(const Bounds::Value& result, const Value& a, const Value& b) {
    const Bounds::Value both = Bounds::either(a.bounds, b.bounds);
    count(cost_.comparisons, signed_width(both.total), 1);
    return {result};
  }

  Bounds bounds_;
  const FrozenNode& node_;
  KHot k_hot_;
  Cost& cost_;
  std::int64_t uses_ = 0;
};
static_assert(WindowDomain<Operations>);

// For each pixel: the largest of its channels, a difference to it and a quotient for each channel,
// and the sum of what the table holds for the differences.
Cost cost_of_softmax(const Analyzed& model, NodeId id) {
  const FrozenNode& node = model.node(id);
  const std::int64_t elements = element_count(node.shape);
  const std::int64_t others = elements - elements / node.shape[0];
  const int x = width_for(model.source_range(id), true);
  const int entry = node.params.at(Role::Table).format.width + 1;
  const int sum = model.range(id).accumulator_width;
  Cost cost;
  cost.comparisons[x] = others;
  cost.adds[x + 1] = elements;
  cost.adds[sum] += others;
  cost.divisions[{entry, sum}] = elements;
  return cost;
}

// A comparison with each of the thresholds between two levels.
Cost cost_of_levels(const Analyzed& model, NodeId id, std::int64_t thresholds) {
  Cost cost;
  cost.comparisons[width_for(model.source_range(id), true)] =
      thresholds * element_count(model.node(id).shape);
  return cost;
}

template <class Kind>
Cost cost_of_value(const Analyzed& model, NodeId id, const Kind& kind, KHot k_hot) {
  const FrozenNode& node = model.node(id);
  std::vector<TensorRange> ranges;
  for (const NodeId input : node.inputs)
    ranges.push_back({{model.range(input).output}, model.node(input).shape[0]});
  std::vector<const TensorRange*> inputs;
  for (const TensorRange& range : ranges) inputs.push_back(&range);
  Bounds bounds(model.model().nodes, node, inputs);
  const std::int64_t size = bounds.group_size();
  const std::int64_t inner = element_count(node.shape) / node.shape[0];
  Cost cost;
  Operations domain(std::move(bounds), node, k_hot, cost);
  for (std::int64_t c = 0; c < node.shape[0]; c += size) {
    domain.go_to(c, size * inner);
    domain.added_up(value(domain, kind));
  }
  return cost;
}

}  // namespace

Cost cost_of(const Analyzed& model, NodeId id, KHot k_hot) {
  const Op& op = model.node(id).op;
  if (keeps_format(op)) return {};
  return std::visit(Overloaded{
                        [](const Input&) { return Cost{}; },
                        [&](const Softmax&) { return cost_of_softmax(model, id); },
                        [&](const QuantSign& op) { return cost_of_levels(model, id, op.largest()); },
                        [&](const Thermometer&) { return cost_of_levels(model, id, 1); },
                        [&](const auto& kind) { return cost_of_value(model, id, kind, k_hot); },
                    },
                    op);
}

}  // namespace qfx::graph
