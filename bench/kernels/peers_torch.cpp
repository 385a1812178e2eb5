// What torch offers for fake quantization. Every thread of the benchmark calls it on arrays of its
// own, so torch itself is kept to one thread and no time goes into sharing work.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "peers.h"

namespace qfx::peers {
namespace {

constexpr float kSteps = 1 << kFracBits;
constexpr int kLowest = -128, kHighest = 127;

at::Tensor view(std::span<float> array) {
  return at::from_blob(array.data(), {static_cast<std::int64_t>(array.size())});
}

// y = (*forward)(x): where it lands is the function's own memory, freed by the next call. The first
// call also copies it to `out`, for the comparison of values.
std::function<void()> forward(std::span<float> x, std::span<float> out,
                              std::function<at::Tensor(const at::Tensor&)> function) {
  at::set_num_threads(1);
  const at::Tensor input = view(x);
  view(out).copy_(function(input));
  return [input, function = std::move(function)] {
    at::set_num_threads(1);
    const at::Tensor y = function(input);
  };
}

// Forward, and backward into x's gradient.
std::function<void()> both_ways(std::span<float> x,
                                std::function<at::Tensor(const at::Tensor&)> function) {
  at::set_num_threads(1);
  const at::Tensor input = view(x).requires_grad_();
  const at::Tensor gradient = at::randn({input.numel()});
  return [input, gradient, function = std::move(function)] {
    at::set_num_threads(1);
    function(input).backward(gradient);
    input.mutable_grad() = at::Tensor();
  };
}

at::Tensor fake_quantize(const at::Tensor& x) {
  return at::fake_quantize_per_tensor_affine(x, 1 / kSteps, 0, kLowest, kHighest);
}

std::function<at::Tensor(const at::Tensor&)> learnable() {
  const at::Tensor scale = at::full({1}, 1 / kSteps).requires_grad_();
  const at::Tensor zero_point = at::zeros({1});
  return [scale, zero_point](const at::Tensor& x) {
    return at::_fake_quantize_learnable_per_tensor_affine(x, scale, zero_point, kLowest, kHighest);
  };
}

}  // namespace

std::vector<CastPeer> torch_casts() {
  return {
      {"torch: mul, add, floor, clamp, mul, in place", 2,
       [](std::span<float> x, std::span<float> out) -> std::function<void()> {
         const at::Tensor input = view(x), steps = at::scalar_tensor(kSteps);
         return [input, y = view(out), steps]() mutable {
           at::set_num_threads(1);
           at::mul_out(y, input, steps);
           y.add_(0.5f).floor_().clamp_(kLowest, kHighest).mul_(1 / kSteps);
         };
       }},
      {"torch: mul, add, floor, clamp, mul", 2,
       [](std::span<float> x, std::span<float> out) {
         return forward(x, out, [](const at::Tensor& input) {
           return at::clamp(at::floor(input * kSteps + 0.5f), kLowest, kHighest) * (1 / kSteps);
         });
       },
       true},
      {"torch: fake_quantize_per_tensor_affine", 2,
       [](std::span<float> x, std::span<float> out) { return forward(x, out, fake_quantize); },
       true},
      {"torch: fake_quantize_per_tensor_affine, forward + backward", 5,
       [](std::span<float> x, std::span<float>) { return both_ways(x, fake_quantize); }, true},
      {"torch: learnable fake_quantize, forward + backward", 5,
       [](std::span<float> x, std::span<float>) { return both_ways(x, learnable()); }, true},
  };
}

}  // namespace qfx::peers
