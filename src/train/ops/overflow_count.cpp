#include "train/ops/overflow_count.h"

#include <algorithm>
#include <numeric>

#include "train/tensors/blocks.h"
#include "train/tensors/layout.h"
#include "train/ops/any_device/operator_cast.h"
#include "train/ops/parameter_cast.h"

namespace qfx::train {

bool counts_now(const Assignment& assignment, at::ArrayRef<at::Tensor> inputs) {
  if (assignment.count == nullptr) return false;
  return !at::GradMode::is_enabled() ||
         std::none_of(inputs.begin(), inputs.end(),
                      [](const at::Tensor& t) { return t.defined() && t.requires_grad(); });
}

void count_values(const at::Tensor& values, const Assignment& assignment) {
  assignment.count->values += values.numel();
  if (!values.device().is_cpu()) {
    assignment.count->overflows += operator_overflows(values.detach(), assignment);
    return;
  }
  const at::Tensor x = dense(values.detach());
  const Blocks blocks(point_extent(assignment, x.numel()));
  std::vector<std::int64_t> overflows(blocks.count());
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    const T* from = x.data_ptr<T>();
    blocks.run([&](std::int64_t block, std::int64_t at, kernels::Extent part) {
      overflows[block] =
          kernels::count_overflows(from + at, part, assignment.format, assignment.frac_bits.data());
    });
  });
  assignment.count->overflows +=
      std::accumulate(overflows.begin(), overflows.end(), std::int64_t{0});
}

}  // namespace qfx::train
