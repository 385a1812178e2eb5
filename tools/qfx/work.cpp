#include "work.h"

#include <algorithm>

#include "qfx/fixed/khot.h"

namespace qfx::command {
namespace {

// A constant operand used `uses` times each. The terms of one result are added pairwise, so that a
// result of n terms costs n - 1 adds; the caller subtracts its results.
Work terms(const graph::FrozenParam& param, std::int64_t uses) {
  Work work;
  if (param.k_hot == 0) {
    work.multiplies = work.adds = uses * static_cast<std::int64_t>(param.raw.size());
    return work;
  }
  for (const std::int32_t raw : param.raw)
    work.shifts += uses * fixed::count_digits(raw, param.signed_digits);
  work.adds = work.shifts;
  return work;
}

// Every weight once an output position; every output drops one add and gains one for its bias.
Work count_products(const graph::FrozenNode& node, std::int64_t positions, bool has_bias) {
  Work work = terms(node.params.at(graph::Role::Weight), positions);
  if (!has_bias) work.adds -= graph::element_count(node.shape);
  return work;
}

// A product for each element, as if every one were below zero; a constant of several digits is
// added up.
Work count_slopes(const graph::FrozenNode& node) {
  const graph::FrozenParam& slope = node.params.at(graph::Role::Slope);
  const std::int64_t uses = graph::element_count(node.shape) / slope.shape.front();
  Work work = terms(slope, uses);
  work.adds = 0;
  if (slope.k_hot == 0) return work;
  for (const std::int32_t raw : slope.raw)
    work.adds += uses * std::max(0, fixed::count_digits(raw, slope.signed_digits) - 1);
  return work;
}

Work count_window(const graph::FrozenNode& node, std::int64_t window) {
  return {.multiplies = 0, .shifts = 0, .adds = (window - 1) * graph::element_count(node.shape)};
}

}  // namespace

Work& Work::operator+=(const Work& other) {
  multiplies += other.multiplies;
  shifts += other.shifts;
  adds += other.adds;
  return *this;
}

Work count_work(const graph::FrozenModel& model, const graph::FrozenNode& node) {
  const std::int64_t elements = graph::element_count(node.shape);
  const auto input_elements = [&] {
    return graph::element_count(model.nodes[node.inputs.front()].shape);
  };
  return std::visit(
      graph::Overloaded{
          [](const graph::Input&) { return Work{}; },
          [](const graph::Cast&) { return Work{}; },
          [&](const graph::Conv2d& op) {
            return count_products(node, node.shape[1] * node.shape[2], op.has_bias);
          },
          [&](const graph::Linear& op) { return count_products(node, 1, op.has_bias); },
          [&](const graph::BatchNorm&) {
            return terms(node.params.at(graph::Role::Scale),
                         graph::element_count(node.shape) / node.shape.front());
          },
          [](const graph::Relu&) { return Work{}; },
          [](const graph::Clip&) { return Work{}; },
          [&](const graph::Prelu&) { return count_slopes(node); },
          [&](const graph::LeakyRelu&) { return count_slopes(node); },
          [&](const graph::Shift&) { return Work{.multiplies = 0, .shifts = 0, .adds = elements}; },
          [](const graph::MaxPool2d&) { return Work{}; },
          [&](const graph::AvgPool2d& op) {
            return count_window(node, op.kernel[0] * op.kernel[1]);
          },
          [&](const graph::GlobalAvgPool2d&) {
            return count_window(node, input_elements() / node.shape.front());
          },
          [&](const graph::Add&) { return Work{.multiplies = 0, .shifts = 0, .adds = elements}; },
          [&](const graph::Sub&) { return Work{.multiplies = 0, .shifts = 0, .adds = elements}; },
          [&](const graph::Mul&) { return Work{.multiplies = elements, .shifts = 0, .adds = 0}; },
          [](const graph::Concat&) { return Work{}; },
          [](const graph::Flatten&) { return Work{}; },
          [](const graph::Unsqueeze&) { return Work{}; },
          [](const graph::Function&) { return Work{}; },
          [&](const graph::Softmax&) {
            // A difference each, the sums, and a division, which is listed as a multiplication.
            const std::int64_t sums = node.shape.size() > 1 ? elements / node.shape.front() : 1;
            return Work{.multiplies = elements, .shifts = 0, .adds = 2 * elements - sums};
          },
      },
      node.op);
}

}  // namespace qfx::command
