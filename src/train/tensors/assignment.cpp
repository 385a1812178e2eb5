#include "train/tensors/assignment.h"

namespace qfx::train {

c10::IValue to_capsule(const AssignmentPtr& assignment) {
  return c10::IValue::make_capsule(assignment);
}

AssignmentPtr from_capsule(const c10::IValue& capsule) {
  return c10::static_intrusive_pointer_cast<Assignment>(capsule.toCapsule());
}

at::Tensor point_gradient(const Assignment& assignment,
                          const std::vector<kernels::PointGradient>& points, std::int64_t values) {
  const std::size_t channels = assignment.frac_bits.size();
  std::vector<double> sums(channels, 0.0);
  std::int64_t overflows = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    sums[i % channels] += points[i].df;
    overflows += points[i].overflows;
  }
  if (assignment.count != nullptr) {
    assignment.count->overflows += overflows;
    assignment.count->values += values;
  }
  at::Tensor gradient = at::empty({static_cast<std::int64_t>(channels)}, at::kFloat);
  for (std::size_t c = 0; c < channels; ++c) {
    gradient.data_ptr<float>()[c] = static_cast<float>(sums[c]);
  }
  return gradient;
}

}  // namespace qfx::train
