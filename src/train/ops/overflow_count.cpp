#include "train/ops/overflow_count.h"

#include <algorithm>

#include "train/machine/threads.h"
#include "train/ops/any_device/cast_formulas.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

namespace qfx::train {

bool counts_now(const steps::Assignment& assignment, at::ArrayRef<at::Tensor> inputs) {
  if (assignment.count == nullptr) return false;
  return !at::GradMode::is_enabled() ||
         std::none_of(inputs.begin(), inputs.end(),
                      [](const at::Tensor& t) { return t.defined() && t.requires_grad(); });
}

void count_values(const at::Tensor& values, const steps::Assignment& assignment) {
  if (!values.device().is_cpu()) {
    assignment.count->values += values.numel();
    assignment.count->overflows += operator_overflows(values.detach(), assignment);
    return;
  }
  const at::Tensor x = dense(values.detach());
  with_carrier(x, [&](auto carrier) {
    steps::count_overflows(x.data_ptr<decltype(carrier)>(), x.numel(), assignment,
                           on_torchs_threads);
  });
}

}  // namespace qfx::train
