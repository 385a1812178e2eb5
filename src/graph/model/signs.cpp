#include "qfx/graph/signs.h"

#include <algorithm>

#include "qfx/graph/exact.h"
#include "qfx/graph/table.h"

namespace qfx::graph {
namespace {

bool can_be_negative(const Preprocess& preprocess) {
  const auto positive = [](double mean) { return mean > 0; };
  return preprocess.signed_samples || std::ranges::any_of(preprocess.mean, positive);
}

// A number is the signs it may have; it may always be zero.
class Signs {
 public:
  struct Value {
    bool negative = false;
    bool positive = false;
  };

  Signs(const std::vector<Node>& nodes, const Node& node) : nodes_(nodes), node_(node) {}

  Value x(std::size_t i) const { return {nodes_[node_.inputs.at(i)].spec.is_signed, true}; }
  Value selected() const {
    Value any = x(0);
    for (std::size_t i = 1; i < node_.inputs.size(); ++i) any = either(any, x(i));
    return any;
  }
  // Signs of parameters change while they are learned.
  Value parameter(Role) const { return {true, true}; }
  Value constant(const Dyadic& k) const { return {k.raw<0, k.raw> 0}; }

  Value add(Value a, Value b) const { return either(a, b); }
  Value subtract(Value a, Value b) const { return either(a, {b.positive, b.negative}); }
  Value multiply(Value a, Value b) const {
    return {(a.negative && b.positive) || (a.positive && b.negative),
            (a.positive && b.positive) || (a.negative && b.negative)};
  }
  Value min(Value a, Value b) const { return {a.negative || b.negative, a.positive && b.positive}; }
  Value max(Value a, Value b) const { return {a.negative && b.negative, a.positive || b.positive}; }
  template <class F, class G>
  Value by_sign(Value x, const F& not_negative, const G& negative) const {
    const Value above = not_negative(Value{false, x.positive});
    return x.negative ? either(above, negative(Value{true, false})) : above;
  }
  Value look_up(const Function& function, Value x) const {
    return {can_be_negative(function, x.negative), true};
  }

  template <class Term>
  Value sum(const Term& term) const {
    return term();
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
  static Value either(Value a, Value b) {
    return {a.negative || b.negative, a.positive || b.positive};
  }

  const std::vector<Node>& nodes_;
  const Node& node_;
};
static_assert(WindowDomain<Signs>);

}  // namespace

void infer_signs(Model& model) {
  for (Node& node : model.nodes) {
    if (own_format(node.op)) continue;
    node.spec.is_signed =
        std::visit(Overloaded{
                       [](const Input& input) { return can_be_negative(input.preprocess); },
                       [](const Softmax&) { return false; },
                       [&](const auto& kind) {
                         Signs domain(model.nodes, node);
                         return value(domain, kind).negative;
                       },
                   },
                   node.op);
  }
}

}  // namespace qfx::graph
