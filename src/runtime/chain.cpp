#include "runtime/chain.h"

#include <algorithm>

#include "runtime/chain_nodes.h"
#include "runtime/proof.h"
#include "runtime/step.h"

namespace qfx::runtime {
namespace {

using kernels::IntChain;

template <class Lane>
IntChain<Lane> empty_chain(const Analyzed& analyzed, const Group& group) {
  return {analyzed.node(group.last()).shape[0], layout_of(analyzed, group.last()).storage};
}

// Whether `fit` is true of the nodes from the one at `first` on.
template <class Fit>
bool all_fit(const Analyzed& analyzed, const Group& group, std::size_t first, const Fit& fit) {
  return std::all_of(group.nodes.begin() + static_cast<std::ptrdiff_t>(first), group.nodes.end(),
                     [&](graph::NodeId id) { return fit(analyzed, id); });
}

class ElementStep : public Step {
 public:
  ElementStep(const Analyzed& analyzed, const Group& group)
      : ElementStep(analyzed, group, Chain(analyzed, group, 0)) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte*) const override {
    chain_.run({inputs[0], from_.storage, inputs + 1, output, 0, images * from_.elements()});
  }

 private:
  ElementStep(const Analyzed& analyzed, const Group& group, Chain chain)
      : Step(describe(operation_name(analyzed, group.first()), chain.lanes(),
                      analyzed.range(group.first()).accumulator_width)),
        from_(layout_of(analyzed, group.inputs[0])),
        chain_(std::move(chain)) {}

  TensorLayout from_;
  Chain chain_;
};

}  // namespace

Chain::Chain(const Analyzed& analyzed, const Group& group, std::size_t first)
    : chain_(empty_chain<std::int64_t>(analyzed, group)) {
  // Without nodes it copies, whatever the values are.
  const bool has_nodes = first < group.nodes.size();
  if (has_nodes && all_fit(analyzed, group, first, fits_halves))
    chain_ = empty_chain<std::int16_t>(analyzed, group);
  else if (all_fit(analyzed, group, first, fits_words))
    chain_ = empty_chain<std::int32_t>(analyzed, group);
  std::visit(
      [&](auto& chain) {
        append_nodes(chain, analyzed, group, first);
        chain.end();
      },
      chain_);
}

Chain::Chain(const Analyzed& analyzed, const Group& group,
             const std::optional<Saturation>& saturation)
    : chain_(empty_chain<std::int32_t>(analyzed, group)) {
  if (all_fit(analyzed, group, 1, fits_halves)) chain_ = empty_chain<std::int16_t>(analyzed, group);
  std::visit(
      [&](auto& chain) {
        if (saturation) chain.clamp(saturation->lo, saturation->hi);
        append_nodes(chain, analyzed, group, 1);
        chain.end();
      },
      chain_);
}

Chain::Chain(const Analyzed& analyzed, const Group& group, const SumConstants& constants)
    : chain_(empty_chain<std::int64_t>(analyzed, group)) {
  if (!constants.of_64_bits && all_fit(analyzed, group, 0, fits_words))
    chain_ = empty_chain<std::int32_t>(analyzed, group);
  std::visit(
      [&]<class Lane>(IntChain<Lane>& chain) {
        const std::vector<Lane> factor(constants.factor.begin(), constants.factor.end());
        const std::vector<Lane> term(constants.term.begin(), constants.term.end());
        chain.multiply_add(factor, term);
        chain.cast(accumulator_cast(analyzed, group.first()));
        append_nodes(chain, analyzed, group, 1);
        chain.end();
      },
      chain_);
}

std::unique_ptr<Step> make_elements(const Analyzed& analyzed, const Group& group) {
  return std::make_unique<ElementStep>(analyzed, group);
}

}  // namespace qfx::runtime
