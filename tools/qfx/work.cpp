#include "work.h"

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
  Work work = terms(node.params.at("weight"), positions);
  if (!has_bias) work.adds -= graph::element_count(node.shape);
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
            return terms(node.params.at("scale"),
                         graph::element_count(node.shape) / node.shape.front());
          },
          [](const graph::Relu&) { return Work{}; },
          [](const graph::MaxPool2d&) { return Work{}; },
          [&](const graph::AvgPool2d& op) {
            return count_window(node, op.kernel[0] * op.kernel[1]);
          },
          [&](const graph::GlobalAvgPool2d&) {
            return count_window(node, input_elements() / node.shape.front());
          },
          [&](const graph::Add&) {
            return Work{.multiplies = 0, .shifts = 0, .adds = graph::element_count(node.shape)};
          },
          [](const graph::Flatten&) { return Work{}; },
          [](const graph::Function&) { return Work{}; },
          [&](const graph::Softmax&) {
            // A difference each, the sums, and a division, which is listed as a multiplication.
            const std::int64_t elements = graph::element_count(node.shape);
            const std::int64_t sums = node.shape.size() == 3 ? elements / node.shape.front() : 1;
            return Work{.multiplies = elements, .shifts = 0, .adds = 2 * elements - sums};
          },
      },
      node.op);
}

}  // namespace qfx::command
