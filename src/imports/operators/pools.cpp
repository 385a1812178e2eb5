#include <algorithm>
#include <limits>

#include "imports/operators/rules.h"
#include "imports/operators/window.h"

namespace qfx::imports {
namespace {

// Calls visit(value) for the real elements under each window and finish(counted), whose result is
// the output; `counted` is how many places of the window lie on the input or its padding.
Tensor pooled(const Tensor& x, const std::vector<WindowAxis>& windows, const auto& start,
              const auto& visit, const auto& finish) {
  Shape shape = window_shape(x.shape, x.shape[1], windows);
  if (!x.known) return Tensor::unknown(std::move(shape));
  const std::vector<WindowAxis> plane = as_plane(windows);
  const WindowAxis &v = plane[0], &h = plane[1];
  check_affordable_work(static_cast<double>(element_count(shape)) *
                        static_cast<double>(v.kernel * h.kernel));
  const auto inside_padding = [](const WindowAxis& axis, std::int64_t at) {
    return at < axis.extent + axis.after;
  };
  Tensor y{.shape = std::move(shape)};
  for (std::int64_t channel = 0; channel < x.shape[0] * x.shape[1]; ++channel) {
    const double* in = x.reals.data() + channel * v.extent * h.extent;
    for (std::int64_t i = 0; i < v.positions; ++i) {
      for (std::int64_t j = 0; j < h.positions; ++j) {
        double value = start;
        std::int64_t counted = 0, real = 0;
        for (std::int64_t m = 0; m < v.kernel; ++m) {
          for (std::int64_t n = 0; n < h.kernel; ++n) {
            const std::int64_t row = v.begin(i) + m * v.dilation;
            const std::int64_t column = h.begin(j) + n * h.dilation;
            counted += inside_padding(v, row) && inside_padding(h, column);
            if (row < 0 || row >= v.extent || column < 0 || column >= h.extent) continue;
            ++real;
            value = visit(value, in[row * h.extent + column]);
          }
        }
        if (real == 0) fault("a window of it lies wholly in the padding");
        y.reals.push_back(finish(value, real, counted));
      }
    }
  }
  return y;
}

void require_real(const Tensor& x) {
  if (x.is_integer) fault("its input holds integers; it is computed on real numbers");
}

}  // namespace

Tensors max_pool(const Call& call) {
  const Tensor& x = call.in(0);
  // What a QuantizeLinear gives may be pooled before it is real again: bytes, uint8 or int8.
  const bool are_bytes = x.is_integer && (x.stored_as == 2 || x.stored_as == 3);
  if (!are_bytes) require_real(x);
  if (call.has_output(1)) fault("its indices are read; only its first output is here");
  const auto windows = read_windows(call, call.in(0).shape, {});
  Tensor real = x;
  if (are_bytes) {
    real.is_integer = false;
    real.reals.assign(x.integers.begin(), x.integers.end());
    real.integers.clear();
  }
  Tensor y = pooled(
      real, windows, -std::numeric_limits<double>::infinity(),
      [](double a, double b) { return std::max(a, b); },
      [](double value, std::int64_t, std::int64_t) { return value; });
  if (are_bytes) {
    y.is_integer = true;
    y.stored_as = x.stored_as;
    for (const double value : y.reals) y.integers.push_back(static_cast<std::int64_t>(value));
    y.reals.clear();
  }
  return {std::move(y)};
}

Tensors average_pool(const Call& call) {
  require_real(call.in(0));
  const bool with_padding = call.integer("count_include_pad", 0) != 0;
  const auto windows = read_windows(call, call.in(0).shape, {});
  return {pooled(
      call.in(0), windows, 0.0, [](double a, double b) { return a + b; },
      [=](double sum, std::int64_t real, std::int64_t counted) {
        return sum / static_cast<double>(with_padding ? counted : real);
      })};
}

Tensors global_pool(const Call& call) {
  const Tensor& x = call.in(0);
  require_real(x);
  if (x.shape.size() < 3 || x.size() == 0) fault("its input has the shape {}", to_string(x.shape));
  Shape shape(x.shape.size(), 1);
  std::copy_n(x.shape.begin(), 2, shape.begin());
  if (!x.known) return {Tensor::unknown(std::move(shape))};
  const std::int64_t plane = x.size() / (x.shape[0] * x.shape[1]);
  const bool largest = call.node.op == "GlobalMaxPool";
  Tensor y{.shape = std::move(shape)};
  for (std::int64_t begin = 0; begin < x.size(); begin += plane) {
    double value = largest ? -std::numeric_limits<double>::infinity() : 0;
    for (std::int64_t i = begin; i < begin + plane; ++i)
      value = largest ? std::max(value, x.reals[i]) : value + x.reals[i];
    y.reals.push_back(largest ? value : value / static_cast<double>(plane));
  }
  return {std::move(y)};
}

}  // namespace qfx::imports
