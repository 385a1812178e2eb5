#include "support/torch_test_device.h"

#include <ATen/EmptyTensor.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <cstdlib>
#include <torch/library.h>

namespace qfx::test {
namespace {

using at::Tensor;
using OptionalTensor = c10::optional<Tensor>;

// Adding an offset to an address keeps this bit, and no address of the processor's has it.
constexpr std::uintptr_t kFar = std::uintptr_t{1} << 62;

class FarMemory final : public c10::Allocator {
 public:
  explicit FarMemory(int index) : device_(at::kPrivateUse1, static_cast<c10::DeviceIndex>(index)) {}
  c10::DataPtr allocate(std::size_t bytes) const override {
    void* memory = std::malloc(std::max<std::size_t>(bytes, 1));
    return {reachable(memory), memory, &std::free, device_};
  }

 private:
  c10::Device device_;
};

FarMemory* memory_of(c10::optional<at::Device> device) {
  static FarMemory memory[kTestDevices] = {FarMemory(0), FarMemory(1)};
  const int index = device && device->has_index() ? device->index() : 0;
  TORCH_CHECK(index < kTestDevices, "there is no test device ", index);
  return &memory[index];
}

// The autograd engine starts a thread for each device that a guard counts.
struct TestGuard final : c10::impl::DeviceGuardImplInterface {
  static c10::Device first() { return {at::kPrivateUse1, 0}; }
  c10::DeviceType type() const override { return at::kPrivateUse1; }
  c10::Device exchangeDevice(c10::Device) const override { return first(); }
  c10::Device getDevice() const override { return first(); }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device device) const noexcept override {
    return c10::Stream(c10::Stream::DEFAULT, device);
  }
  c10::Stream exchangeStream(c10::Stream stream) const noexcept override { return stream; }
  c10::DeviceIndex deviceCount() const noexcept override { return kTestDevices; }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, TestGuard);

// The same elements as a tensor of the processor's.
Tensor near(const Tensor& t) {
  if (!t.defined() || t.is_cpu()) return t;
  const at::TensorOptions options = t.options().device(at::kCPU);
  if (t.numel() == 0) return at::empty_strided(t.sizes(), t.strides(), options);
  return at::from_blob(reachable(t.data_ptr()), t.sizes(), t.strides(), options);
}

OptionalTensor near(const OptionalTensor& t) {
  return t ? OptionalTensor(near(*t)) : c10::nullopt;
}

Tensor far(const Tensor& t, at::Device device) {
  return t.defined() ? t.to(device) : t;
}

constexpr c10::DispatchKeySet kKeys(c10::DispatchKey::PrivateUse1);

Tensor empty(at::IntArrayRef size, c10::optional<at::ScalarType> type, c10::optional<at::Layout>,
             c10::optional<at::Device> device, c10::optional<bool>,
             c10::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, memory_of(device), kKeys, type.value_or(at::kFloat),
                                   format);
}

Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride,
                     c10::optional<at::ScalarType> type, c10::optional<at::Layout>,
                     c10::optional<at::Device> device, c10::optional<bool>) {
  return at::detail::empty_strided_generic(size, stride, memory_of(device), kKeys,
                                           type.value_or(at::kFloat));
}

Tensor copy_from(const Tensor& from, const Tensor& to, bool) {
  near(to).copy_(near(from));
  return to;
}

// Of an operator's out tensor.
Tensor copy_from_and_resize(const Tensor& from, const Tensor& to) {
  if (from.sizes() != to.sizes()) {
    const Tensor fitting = at::empty_strided(from.sizes(), from.strides(), to.options());
    to.unsafeGetTensorImpl()->set_storage_keep_dtype(fitting.storage());
    to.unsafeGetTensorImpl()->set_sizes_and_strides(fitting.sizes(), fitting.strides());
  }
  return copy_from(from, to, false);
}

// Torch asks a device it does not know for these two.
Tensor convolution(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                   at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation,
                   bool transposed, at::IntArrayRef output_padding, std::int64_t groups) {
  return far(at::convolution(near(x), near(weight), near(bias), stride, padding, dilation,
                             transposed, output_padding, groups),
             x.device());
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(
    const Tensor& dy, const Tensor& x, const Tensor& weight, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
    at::IntArrayRef output_padding, std::int64_t groups, std::array<bool, 3> wanted) {
  const auto d = at::convolution_backward(near(dy), near(x), near(weight),
                                          at::IntArrayRef(weight.size(0)), stride, padding,
                                          dilation, transposed, output_padding, groups, wanted);
  return {far(std::get<0>(d), x.device()), far(std::get<1>(d), x.device()),
          far(std::get<2>(d), x.device())};
}

// The fallback below cannot know that it moves the running statistics.
std::tuple<Tensor, Tensor, Tensor> batch_norm(const Tensor& x, const OptionalTensor& gamma,
                                              const OptionalTensor& beta,
                                              const OptionalTensor& mean,
                                              const OptionalTensor& variance, bool training,
                                              double momentum, double eps) {
  const auto y = at::native_batch_norm(near(x), near(gamma), near(beta), near(mean), near(variance),
                                       training, momentum, eps);
  return {far(std::get<0>(y), x.device()), far(std::get<1>(y), x.device()),
          far(std::get<2>(y), x.device())};
}

// Every other operator: its tensors are copied to the processor and its results back.
TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&at::native::cpu_fallback>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", TORCH_FN(empty));
  library.impl("empty_strided", TORCH_FN(empty_strided));
  library.impl("as_strided", TORCH_FN(at::native::as_strided_tensorimpl));
  library.impl("view", TORCH_FN(at::native::view));
  library.impl("_reshape_alias", TORCH_FN(at::native::_reshape_alias));
  library.impl("_copy_from", TORCH_FN(copy_from));
  library.impl("_copy_from_and_resize", TORCH_FN(copy_from_and_resize));
  library.impl("convolution_overrideable", TORCH_FN(convolution));
  library.impl("convolution_backward_overrideable", TORCH_FN(convolution_backward));
  library.impl("native_batch_norm", TORCH_FN(batch_norm));
}

}  // namespace

void* reachable(void* pointer) {
  return reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(pointer) ^ kFar);
}

}  // namespace qfx::test
