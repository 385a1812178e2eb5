#include "runtime/step.h"

#include "runtime/generic_step.h"

namespace qfx::runtime {

std::unique_ptr<Step> make_step(const Analyzed& analyzed, graph::NodeId id) {
  using Made = std::unique_ptr<Step>;
  return std::visit(
      graph::Overloaded{
          [](const graph::Input&) { return Made(); },
          [&](const graph::Cast&) { return make_cast(analyzed, id); },
          [&](const graph::Conv2d& conv) { return make_conv(analyzed, id, conv); },
          [&](const graph::FractionalConv2d&) -> Made { internal_error("to come"); },
          [&](const graph::Linear&) { return make_linear(analyzed, id); },
          [&](const graph::BatchNorm&) { return make_batch_norm(analyzed, id); },
          [&](const graph::Relu&) { return make_relu(analyzed, id); },
          [&](const graph::Clip& clip) { return make_clip(analyzed, id, clip); },
          [&](const graph::Prelu&) { return make_prelu(analyzed, id); },
          [&](const graph::LeakyRelu&) { return make_prelu(analyzed, id); },
          [&](const graph::Offset&) { return make_offset(analyzed, id); },
          [&](const graph::MaxPool2d& pool) { return make_pool(analyzed, id, pool); },
          [&](const graph::AvgPool2d& pool) { return make_pool(analyzed, id, pool); },
          [&](const graph::GlobalAvgPool2d& pool) { return make_pool(analyzed, id, pool); },
          [&](const graph::Add&) { return make_add(analyzed, id); },
          [&](const graph::Sub&) { return make_sub(analyzed, id); },
          [&](const graph::Mul&) { return make_mul(analyzed, id); },
          [&](const graph::Concat&) { return make_concat(analyzed, id); },
          [&](const graph::Flatten&) { return make_renamed(analyzed, id); },
          [&](const graph::Unsqueeze&) { return make_renamed(analyzed, id); },
          [&](const graph::Function&) { return make_function(analyzed, id); },
          [&](const graph::Softmax&) { return make_softmax(analyzed, id); },
          // no kernel of its own
          [&](const auto& kind) { return make_generic(analyzed, id, kind); },
      },
      analyzed.node(id).op);
}

}  // namespace qfx::runtime
