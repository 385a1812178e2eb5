#include <algorithm>
#include <array>
#include <cmath>

#include "imports/lower/functions.h"
#include "imports/lower/lowering.h"

namespace qfx::imports {
namespace {

using graph::NodeId;
using graph::Role;

bool all_equal(const std::vector<double>& values) {
  return std::ranges::all_of(values, [&](double value) { return value == values.front(); });
}

// A bound on the grid that a clip's bounds lie on; what is not bounded, at its ends.
double clip_bound(double value) {
  return std::clamp(std::nearbyint(value * 0x1p32) * 0x1p-32, -0x1p31, 0x1p31);
}

[[noreturn]] void not_by_channel(const Tensor& constant, const Spot& x) {
  fault(
      "its constant of the shape {} differs within a channel of its input {}; the nearest is one "
      "number for all, or one for each channel",
      to_string(constant.shape), to_string(x.shape));
}

}  // namespace

void Lowering::unary(const Node& node) {
  const Spot x = compact_input(node);
  const Call call = call_of(node);
  graph::Op op = graph::Relu{};
  if (node.op == "Abs") op = graph::Abs{};
  if (node.op == "Neg") op = graph::Neg{};
  if (node.op == "LeakyRelu") {
    const double slope = call.real("alpha", 0.01F);
    if (!std::isfinite(slope)) fault("its alpha is {}", slope);
    op = graph::LeakyRelu{slope};
  }
  NodeId from = x.node;
  if (const auto function = function_of(call)) {
    op = *function;
    from = table_input(x);
  }
  place_like(node, x, append(std::move(op), {from}));
}

void Lowering::clip(const Node& node) {
  const Spot x = compact_input(node);
  const Call call = call_of(node);
  const double low = call.number("min", 1).value_or(-0x1p31);
  const double high = call.number("max", 2).value_or(0x1p31);
  if (low == 0 && high >= 0x1p31) {
    place_like(node, x, append(graph::Relu{}, {x.node}));
    return;
  }
  const graph::Clip clip{.min = clip_bound(low), .max = clip_bound(high)};
  if (!(clip.min < clip.max))
    fault("its bounds are {} and {}; the lower one must be below the upper one", low, high);
  place_like(node, x, append(clip, {x.node}));
}

void Lowering::binary(const Node& node) {
  if (known(node.inputs.at(1)) != nullptr && (node.op == "Add" || node.op == "Mul"))
    return with_constant(node);
  if (node.inputs.size() != 2) fault("it has {} inputs", node.inputs.size());
  if (known(node.inputs[0]) != nullptr || known(node.inputs[1]) != nullptr)
    fault("its constant is no single number; the nearest is a Clip");
  if (node.op == "Mul" && gate(node)) return;
  Spot a = compact(spot(node.inputs[0])), b = compact(spot(node.inputs[1]));
  const Shape& shape = shape_of(source_, node.outputs[0]);
  if (a.shape != b.shape) {
    auto first = repeated_along_channels(a, b), second = repeated_along_channels(b, a);
    if (!first) first = repeated(a, b, shape);
    if (!second) second = repeated(b, a, shape);
    if (!first || !second)
      fault(
          "its inputs have the shapes {} and {}, and one would be repeated along the other in an order "
          "that no layer makes; the nearest are two of one shape, or one value a channel",
          to_string(a.shape), to_string(b.shape));
    a = *first;
    b = *second;
  }
  if (!a.same_places(b) && a.held != b.held && !a.index && !b.index) {
    // An image of one pixel and a vector.
    a = Spot{.node = flattened(a), .held = {a.size()}, .shape = a.shape};
    b = Spot{.node = flattened(b), .held = {b.size()}, .shape = b.shape};
  }
  if (!a.same_places(b)) {
    a = in_order(a);
    b = in_order(b);
  }
  if (!a.same_places(b)) fault("its inputs have their axes in different orders");
  graph::Op op = graph::Add{};
  if (node.op == "Sub") op = graph::Sub{};
  if (node.op == "Mul") op = graph::Mul{};
  if (node.op == "Max") op = graph::Maximum{};
  if (node.op == "Min") op = graph::Minimum{};
  place_like(node, a, append(std::move(op), {a.node, b.node}));
}

// A sum or a product with a constant, or a product and the sum behind it as one affine.
void Lowering::with_constant(const Node& node) {
  const Spot x = compact_input(node);
  const Tensor& constant = *known(node.inputs[1]);
  if (constant.is_integer) fault("its constant holds integers");
  if (broadcast(constant.shape, x.shape) != x.shape)
    fault("its constant of the shape {} would repeat its input {}", to_string(constant.shape),
          to_string(x.shape));
  const bool is_sum = node.op == "Add";
  auto values = by_channel(x, constant, is_sum ? 0 : 1);
  if (!values) not_by_channel(constant, x);
  if (fold_into_input(node, x, *values)) return;
  if (is_sum) {
    const NodeId id = append(graph::Offset{}, {x.node});
    set(id, Role::Offset, *values);
    place_like(node, x, id);
    return;
  }
  std::optional<std::vector<double>> offset;
  const Node* next = nullptr;
  for (const Node& other : source_.nodes) {
    if (other.op == "Add" && other.inputs[0] == node.outputs[0] &&
        links_.read_once(node.outputs[0]))
      next = &other;
  }
  if (next != nullptr) {
    const Tensor* term = known(next->inputs.at(1));
    if (term != nullptr && !term->is_integer && term->shape.size() <= x.shape.size() &&
        broadcast(term->shape, x.shape) == x.shape)
      offset = by_channel(x, *term, 0);
  }
  const bool is_shared = all_equal(*values) && (!offset || all_equal(*offset));
  const std::int64_t count = is_shared ? 1 : x.held[0];
  const NodeId id =
      append(graph::Affine{.num_parameters = count, .has_offset = offset.has_value()}, {x.node});
  values->resize(static_cast<std::size_t>(count));
  set(id, Role::Scale, *values);
  if (offset) {
    offset->resize(static_cast<std::size_t>(count));
    set(id, Role::Offset, *offset);
    place_like(*next, x, id);
    done_.insert(next->outputs[0]);
    origins_.back().insert(origins_.back().end(), next->origins.begin(), next->origins.end());
  }
  place_like(node, x, id);
}

void Lowering::prelu(const Node& node) {
  const Spot x = compact_input(node);
  const Tensor* slope = known(node.inputs.at(1));
  if (slope == nullptr) fault("its slopes are computed from the samples; they must be constants");
  Tensor placed = *slope;
  if (node.opset < 7 && placed.shape.size() == 1 && x.shape.size() > 2)
    placed.shape.resize(x.shape.size() - 1, 1);
  auto values = by_channel(x, placed, 0);
  if (!values) not_by_channel(placed, x);
  if (all_equal(*values)) values->resize(1);
  const NodeId id = append(graph::Prelu{static_cast<std::int64_t>(values->size())}, {x.node});
  set(id, Role::Slope, *values);
  place_like(node, x, id);
}

void Lowering::batch_norm(const Node& node) {
  const Spot x = compact_input(node);
  const Call call = call_of(node);
  std::array<std::vector<double>, 4> values;  // gamma, beta, mean, variance
  for (std::size_t i = 0; i < 4; ++i) {
    const Tensor* given = known(node.inputs.at(i + 1));
    if (given == nullptr) fault("its input {} is computed from the samples", i + 1);
    Tensor placed = *given;
    placed.shape.resize(x.shape.size() - 1, 1);
    const auto by = by_channel(x, placed, i == 0 || i == 3 ? 1 : 0);
    if (!by) not_by_channel(placed, x);
    values[i] = *by;
  }
  const double epsilon = call.real("epsilon", 1e-5F);
  for (const double variance : values[3]) {
    if (!(variance >= 0)) fault("its variance holds {}; none may be below 0", variance);
  }
  if (!(epsilon >= 0) || !std::isfinite(epsilon)) fault("its epsilon is {}", epsilon);
  if (epsilon == 0) {
    // Not a batch norm that can be trained, but an affine of the same numbers.
    std::vector<double> scale, offset;
    for (std::size_t c = 0; c < values[0].size(); ++c) {
      scale.push_back(values[0][c] / std::sqrt(values[3][c]));
      offset.push_back(values[1][c] - values[2][c] * scale.back());
    }
    const NodeId id =
        append(graph::Affine{.num_parameters = std::ssize(scale), .has_offset = true}, {x.node});
    set(id, Role::Scale, scale);
    set(id, Role::Offset, offset);
    place_like(node, x, id);
    return;
  }
  const NodeId id = append(graph::BatchNorm{.eps = epsilon}, {x.node});
  statistics_.push_back({id,
                         {{graph::Statistic::Gamma, to_floats(values[0])},
                          {graph::Statistic::Beta, to_floats(values[1])},
                          {graph::Statistic::RunningMean, to_floats(values[2])},
                          {graph::Statistic::RunningVar, to_floats(values[3])}}});
  place_like(node, x, id);
}

}  // namespace qfx::imports
