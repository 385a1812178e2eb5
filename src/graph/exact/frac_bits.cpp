#include "graph/exact/frac_bits.h"

#include <algorithm>
#include <limits>

#include "qfx/graph/exact.h"

namespace qfx::graph {
namespace {

// A number is the fraction bits of the coarsest grid that it is sure to lie on.
class FracBits {
 public:
  using Value = int;

  FracBits(const std::vector<FrozenNode>& nodes, const FrozenNode& node)
      : nodes_(nodes), node_(node) {}

  int x(std::size_t i) const { return nodes_[node_.inputs.at(i)].format.frac_bits(); }
  int selected() const {
    int finest = x(0);
    for (std::size_t i = 1; i < node_.inputs.size(); ++i) finest = std::max(finest, x(i));
    return finest;
  }
  int parameter(Role role) const { return node_.params.at(role).max_frac_bits(); }
  int constant(const Dyadic& k) const { return k.raw == 0 ? kEveryGrid : k.frac_bits; }

  int add(int a, int b) const { return std::max(a, b); }
  int subtract(int a, int b) const { return std::max(a, b); }
  int multiply(int a, int b) const { return a + b; }
  int min(int a, int b) const { return std::max(a, b); }
  int max(int a, int b) const { return std::max(a, b); }
  template <class F, class G>
  int by_sign(int x, const F& not_negative, const G& negative) const {
    return std::max(not_negative(x), negative(x));
  }
  int look_up(const Function&, int) const { return node_.format.frac_bits(); }

  template <class Term>
  int sum(const Term& term) const {
    return term();
  }
  template <class Term>
  int mean(const Term& term) const {
    return term();
  }
  template <class Term>
  int largest(const Term& term) const {
    return term();
  }

 private:
  // Coarser than any other, and far from overflow in a product.
  static constexpr int kEveryGrid = std::numeric_limits<int>::min() / 4;

  const std::vector<FrozenNode>& nodes_;
  const FrozenNode& node_;
};
static_assert(WindowDomain<FracBits>);

}  // namespace

bool has_cast(const Op& op) {
  return !std::holds_alternative<Input>(op) && !std::holds_alternative<Function>(op) &&
         !keeps_format(op);
}

int exact_frac_bits(const std::vector<FrozenNode>& nodes, const FrozenNode& node) {
  if (const fixed::Format* accumulator = accumulator_of(node.op)) return accumulator->frac_bits();
  return std::visit(Overloaded{
                        [&](const Input&) { return node.format.frac_bits(); },
                        [](const Softmax&) { return 0; },  // a quotient of two integers
                        [&](const auto& kind) {
                          FracBits domain(nodes, node);
                          return value(domain, kind);
                        },
                    },
                    node.op);
}

}  // namespace qfx::graph
