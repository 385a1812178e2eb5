#include "frontends/relu_width.h"

#include <algorithm>
#include <variant>

#include "qfx/graph/outputs.h"
#include "qfx/graph/table.h"

namespace qfx::frontends {
namespace {

// Training carries wider tensors, and with them the whole network, in float64.
constexpr int kFloat32Width = 24;

class Widening {
 public:
  Widening(const std::vector<FormatTarget>& targets, graph::Model& model)
      : targets_(targets), nodes_(model.nodes), uses_(graph::uses(model)) {}

  void run() {
    for (std::size_t id = 0; id < nodes_.size(); ++id) {
      const graph::Node& relu = nodes_[id];
      if (!std::holds_alternative<graph::Relu>(relu.op)) continue;
      if (relu.spec.is_float || relu.spec.is_signed) continue;
      widen(relu.inputs[0], relu.spec.width);
    }
  }

 private:
  void widen(graph::NodeId id, int width) {
    graph::Node& node = nodes_[id];
    if (!may_widen(id, width)) return;
    const bool hands_on = std::holds_alternative<graph::MaxPool2d>(node.op);
    if (hands_on && !may_widen(node.inputs[0], width)) return;
    ++node.spec.width;
    if (hands_on) widen(node.inputs[0], width);
  }

  bool may_widen(graph::NodeId id, int width) const {
    const graph::Node& node = nodes_[id];
    const graph::QuantSpec& spec = node.spec;
    const bool computes = !std::holds_alternative<graph::Input>(node.op) &&
                          !std::holds_alternative<graph::Concat>(node.op) &&
                          !graph::has_table(node.op) && !graph::keeps_format(node.op) &&
                          !graph::own_format(node.op);
    return computes && uses_[id] == 1 && !spec.is_float && spec.is_signed && spec.width == width &&
           width != kFloat32Width && width < graph::kMaxSignedWidth && !spec.int_bits &&
           node.frac_bits.empty() && !has_own_width(node);
  }

  bool has_own_width(const graph::Node& node) const {
    const auto target = std::ranges::find(targets_, node.name, &FormatTarget::name);
    return target != targets_.end() && target->has_own_width;
  }

  const std::vector<FormatTarget>& targets_;
  std::vector<graph::Node>& nodes_;
  std::vector<int> uses_;
};

}  // namespace

void widen_before_relus(const std::vector<FormatTarget>& targets, graph::Model& model) {
  Widening(targets, model).run();
}

}  // namespace qfx::frontends
