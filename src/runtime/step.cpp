#include "runtime/step.h"

#include "runtime/generic_step.h"
#include "runtime/levels.h"

namespace qfx::runtime {

std::unique_ptr<Step> make_step(const Analyzed& analyzed, const Group& group) {
  const graph::NodeId id = group.first();
  if (is_chainable(analyzed, id)) return make_elements(analyzed, group);
  if (graph::accumulator_of(analyzed.node(id).op) != nullptr) return make_rounded_sum(analyzed, id);
  using Made = std::unique_ptr<Step>;
  return std::visit(
      graph::Overloaded{
          [](const graph::Input&) { return Made(); },
          [&](const graph::Conv2d& conv) {
            if (group.looks_up) return make_look_up_conv(analyzed, group, conv);
            return counts_bits(analyzed, id) ? make_binary_conv(analyzed, group, conv)
                                             : make_conv(analyzed, group, conv);
          },
          [&](const graph::FractionalConv2d& conv) {
            return make_fractional_conv(analyzed, group, conv);
          },
          [&](const graph::Linear&) {
            return counts_bits(analyzed, id) ? make_binary_linear(analyzed, group)
                                             : make_linear(analyzed, group);
          },
          [&](const graph::QuantSign& op) { return make_levels(analyzed, id, op); },
          [&](const graph::Thermometer& op) { return make_levels(analyzed, id, op); },
          [&](const graph::MaxPool2d& pool) { return make_pool(analyzed, group, pool); },
          [&](const graph::AvgPool2d& pool) { return make_pool(analyzed, group, pool); },
          [&](const graph::GlobalAvgPool2d& pool) { return make_pool(analyzed, group, pool); },
          [&](const graph::Concat&) { return make_concat(analyzed, id); },
          [&](const graph::Flatten&) { return make_flatten(analyzed, id); },
          [&]<graph::IsMove Kind>(const Kind&) { return make_move(analyzed, id); },
          [&](const graph::Softmax&) { return make_softmax(analyzed, id); },
          // no kernel of its own, or too wide for one
          [&](const auto& kind) { return make_generic(analyzed, id, kind); },
      },
      analyzed.node(id).op);
}

}  // namespace qfx::runtime
