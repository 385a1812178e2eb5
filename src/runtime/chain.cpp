#include "runtime/chain.h"

#include <algorithm>

#include "runtime/chain_nodes.h"
#include "runtime/proof.h"
#include "runtime/step.h"

namespace qfx::runtime {
namespace {

using kernels::IntChain;

template <class Lane>
IntChain<Lane> chain_of(const Analyzed& analyzed, const Group& group, std::size_t first) {
  IntChain<Lane> chain(analyzed.node(group.last()).shape[0],
                       layout_of(analyzed, group.last()).storage);
  append_nodes(chain, analyzed, group, first);
  chain.end();
  return chain;
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
    : chain_(chain_of<std::int16_t>(analyzed, group, group.nodes.size())) {
  const auto nodes = std::span(group.nodes).subspan(first);
  const bool narrow = std::all_of(nodes.begin(), nodes.end(),
                                  [&](graph::NodeId id) { return fits_halves(analyzed, id); });
  // Without nodes the values are the last one's.
  const bool is_copy = nodes.empty();
  if (!is_copy && narrow)
    chain_ = chain_of<std::int16_t>(analyzed, group, first);
  else
    chain_ = chain_of<std::int32_t>(analyzed, group, first);
}

Chain::Chain(const Analyzed& analyzed, const Group& group, const SumConstants& constants)
    : chain_(IntChain<std::int32_t>(analyzed.node(group.last()).shape[0],
                                    layout_of(analyzed, group.last()).storage)) {
  auto& chain = std::get<IntChain<std::int32_t>>(chain_);
  chain.multiply_add(constants.factor, constants.term);
  chain.cast(accumulator_cast(analyzed, group.first()));
  append_nodes(chain, analyzed, group, 1);
  chain.end();
}

std::unique_ptr<Step> make_elements(const Analyzed& analyzed, const Group& group) {
  return std::make_unique<ElementStep>(analyzed, group);
}

}  // namespace qfx::runtime
