#include "train/tensors/values.h"

namespace qfx::train {

std::vector<float> floats(const at::Tensor& x) {
  const at::Tensor row = x.contiguous();
  return {row.data_ptr<float>(), row.data_ptr<float>() + row.numel()};
}

std::span<const float> float_span(const at::Tensor& x) {
  TORCH_INTERNAL_ASSERT(x.is_contiguous());
  return {x.data_ptr<float>(), static_cast<std::size_t>(x.numel())};
}

std::vector<double> doubles(const at::Tensor& x) {
  const at::Tensor wide = x.detach().to(at::kDouble).cpu().contiguous();
  return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

at::Tensor float_tensor(const std::vector<float>& values) {
  return at::tensor(at::ArrayRef<float>(values), at::kFloat);
}

at::Tensor double_tensor(const std::vector<double>& values) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble);
}

at::ScalarType type_of(steps::Carrier carrier) {
  return carrier == steps::Carrier::Float32 ? at::kFloat : at::kDouble;
}

}  // namespace qfx::train
