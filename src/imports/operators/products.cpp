#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "imports/operators/rules.h"
#include "imports/operators/window.h"

namespace qfx::imports {
namespace {

// Which positions of an axis have tap `tap` inside the input.
std::pair<std::int64_t, std::int64_t> positions_inside(const WindowAxis& axis, std::int64_t tap) {
  const std::int64_t shift =
      tap * axis.dilation - axis.before;  // input = position * stride + shift
  const std::int64_t first = shift >= 0 ? 0 : (-shift + axis.stride - 1) / axis.stride;
  const std::int64_t room = axis.extent - 1 - shift;
  const std::int64_t last = room < 0 ? -1 : room / axis.stride;
  return {first, std::min(last, axis.positions - 1) + 1};
}

struct Planes {
  const std::vector<WindowAxis>& axes;
  // out += weight * in, over the positions of one tap.
  void add(const double* in, double* out, double weight, std::int64_t tap_y,
           std::int64_t tap_x) const {
    const WindowAxis &y = axes[0], &x = axes[1];
    const auto [first_y, end_y] = positions_inside(y, tap_y);
    const auto [first_x, end_x] = positions_inside(x, tap_x);
    for (std::int64_t i = first_y; i < end_y; ++i) {
      const double* from =
          in + (y.begin(i) + tap_y * y.dilation) * x.extent + tap_x * x.dilation - x.before;
      double* to = out + i * x.positions;
      if (x.stride == 1) {
        for (std::int64_t j = first_x; j < end_x; ++j) to[j] += weight * from[j];
      } else {
        for (std::int64_t j = first_x; j < end_x; ++j) to[j] += weight * from[j * x.stride];
      }
    }
  }
};

// A matrix's element, transposed or not.
struct Matrix {
  const Tensor& tensor;
  bool transposed = false;
  std::int64_t rows() const { return tensor.shape[transposed ? 1 : 0]; }
  std::int64_t columns() const { return tensor.shape[transposed ? 0 : 1]; }
  double at(std::int64_t i, std::int64_t j) const {
    return transposed ? tensor.reals[j * rows() + i] : tensor.reals[i * columns() + j];
  }
};

void require_real(const Call& call) {
  for (const Tensor* input : call.inputs) {
    if (input != nullptr && input->is_integer)
      fault("an input of it holds integers; it is computed on real numbers");
  }
}

}  // namespace

Tensors conv(const Call& call) {
  require_real(call);
  const Tensor &x = call.in(0), &w = call.in(1);
  if (w.shape.size() != x.shape.size() || w.shape.size() < 3)
    fault("its input has the shape {} and its weight {}", to_string(x.shape), to_string(w.shape));
  const std::int64_t groups = call.integer("group", 1), outputs = w.shape[0];
  if (groups < 1 || outputs < 1 || outputs % groups != 0 || w.shape[1] * groups != x.shape[1])
    fault("its group is {}, for an input of {} and a weight of {}", groups, to_string(x.shape),
          to_string(w.shape));
  const auto windows = read_windows(call, x.shape, Shape(w.shape.begin() + 2, w.shape.end()));
  Shape shape = window_shape(x.shape, outputs, windows);
  if (call.has(2) && call.in(2).shape != Shape{outputs})
    fault("its bias has the shape {}, it must be [{}]", to_string(call.in(2).shape), outputs);
  if (!call.known()) return {Tensor::unknown(std::move(shape))};
  const std::vector<WindowAxis> plane = as_plane(windows);
  const std::int64_t in_size = plane[0].extent * plane[1].extent;
  const std::int64_t out_size = plane[0].positions * plane[1].positions;
  const std::int64_t taps = plane[0].kernel * plane[1].kernel, depth = w.shape[1];
  check_affordable(shape);
  check_affordable_work(static_cast<double>(element_count(shape)) *
                        static_cast<double>(depth * taps));
  Tensor y = Tensor::of(shape, std::vector<double>(element_count(shape)));
  for (std::int64_t image = 0; image < shape[0]; ++image) {
    for (std::int64_t o = 0; o < outputs; ++o) {
      double* out = y.reals.data() + (image * outputs + o) * out_size;
      if (call.has(2)) std::fill(out, out + out_size, call.in(2).reals[o]);
      const std::int64_t first = image * x.shape[1] + o / (outputs / groups) * depth;
      for (std::int64_t c = 0; c < depth; ++c) {
        for (std::int64_t tap = 0; tap < taps; ++tap)
          Planes{plane}.add(x.reals.data() + (first + c) * in_size, out,
                            w.reals[(o * depth + c) * taps + tap], tap / plane[1].kernel,
                            tap % plane[1].kernel);
      }
    }
  }
  return {std::move(y)};
}

Tensors gemm(const Call& call) {
  require_real(call);
  if (call.in(0).shape.size() != 2 || call.in(1).shape.size() != 2)
    fault("its inputs have the shapes {} and {}; they must be matrices",
          to_string(call.in(0).shape), to_string(call.in(1).shape));
  const Matrix a{call.in(0), call.integer("transA", 0) != 0};
  const Matrix b{call.in(1), call.integer("transB", 0) != 0};
  if (a.columns() != b.rows())
    fault("its matrices have the shapes {} and {}", to_string(a.tensor.shape),
          to_string(b.tensor.shape));
  const double alpha = call.real("alpha", 1), beta = call.real("beta", 1);
  Shape shape{a.rows(), b.columns()};
  if (!is_reasonable(shape)) fault("its output would have the shape {}", to_string(shape));
  if (call.has(2) && broadcast(call.in(2).shape, shape) != shape)
    fault("what it adds has the shape {}", to_string(call.in(2).shape));
  if (!call.known()) return {Tensor::unknown(std::move(shape))};
  check_affordable(shape);
  check_affordable_work(static_cast<double>(element_count(shape)) *
                        static_cast<double>(a.columns()));
  const auto added =
      call.has(2) ? broadcast_index(call.in(2).shape, shape) : std::vector<std::int64_t>();
  Tensor y{.shape = shape};
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < a.columns(); ++k) sum += a.at(i, k) * b.at(k, j);
      sum *= alpha;
      if (call.has(2)) sum += beta * call.in(2).reals[added[y.reals.size()]];
      y.reals.push_back(sum);
    }
  }
  return {std::move(y)};
}

// NumPy's matmul: stacks of matrices, broadcast.
Tensors matmul(const Call& call) {
  require_real(call);
  Tensor a = call.in(0), b = call.in(1);
  if (a.shape.empty() || b.shape.empty()) fault("one of its inputs is a single number");
  const bool row = a.shape.size() == 1, column = b.shape.size() == 1;
  if (row) a.shape.insert(a.shape.begin(), 1);
  if (column) b.shape.push_back(1);
  const std::int64_t rows = a.shape.end()[-2], depth = a.shape.back(), columns = b.shape.back();
  if (b.shape.end()[-2] != depth)
    fault("its inputs have the shapes {} and {}", to_string(call.in(0).shape),
          to_string(call.in(1).shape));
  const Shape stack_a(a.shape.begin(), a.shape.end() - 2),
      stack_b(b.shape.begin(), b.shape.end() - 2);
  const Shape stack = broadcast(stack_a, stack_b);
  Shape shape = stack;
  if (!row) shape.push_back(rows);
  if (!column) shape.push_back(columns);
  if (!is_reasonable(shape)) fault("its output would have the shape {}", to_string(shape));
  if (!call.known()) return {Tensor::unknown(std::move(shape))};
  check_affordable(shape);
  check_affordable_work(static_cast<double>(element_count(shape)) * static_cast<double>(depth));
  const auto at_a = broadcast_index(stack_a, stack), at_b = broadcast_index(stack_b, stack);
  Tensor y = Tensor::of(shape, std::vector<double>(element_count(shape)));
  for (std::size_t s = 0; s < at_a.size(); ++s) {
    const double* left = a.reals.data() + at_a[s] * rows * depth;
    const double* right = b.reals.data() + at_b[s] * depth * columns;
    double* out = y.reals.data() + static_cast<std::int64_t>(s) * rows * columns;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t k = 0; k < depth; ++k) {
        for (std::int64_t j = 0; j < columns; ++j)
          out[i * columns + j] += left[i * depth + k] * right[k * columns + j];
      }
    }
  }
  return {std::move(y)};
}

Tensors batch_normalization(const Call& call) {
  require_real(call);
  const Tensor& x = call.in(0);
  if (x.shape.size() < 2) fault("its input has the shape {}", to_string(x.shape));
  const std::int64_t channels = x.shape[1];
  for (std::size_t i = 1; i <= 4; ++i) {
    if (call.in(i).shape != Shape{channels})
      fault("its input {} has the shape {}, it must be [{}]", i, to_string(call.in(i).shape),
            channels);
  }
  if (call.integer("training_mode", 0) != 0)
    fault("its attribute training_mode is 1; export the network for inference");
  if (call.integer("spatial", 1) != 1)
    fault("its attribute spatial is 0; one scale a channel (spatial 1) is here");
  for (std::size_t i = 1; i < call.node.outputs.size(); ++i) {
    if (call.has_output(i)) fault("its output {} is read; only its first one is here", i);
  }
  if (!call.known()) return {Tensor::unknown(x.shape)};
  const double epsilon = call.real("epsilon", 1e-5F);
  std::int64_t plane = 1;
  for (std::size_t i = 2; i < x.shape.size(); ++i) plane *= x.shape[i];
  Tensor y = x;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t c = i / plane % channels;
    const double scale = call.in(1).reals[c] / std::sqrt(call.in(4).reals[c] + epsilon);
    y.reals[i] = (x.reals[i] - call.in(3).reals[c]) * scale + call.in(2).reals[c];
  }
  return {std::move(y)};
}

Tensors instance_normalization(const Call& call) {
  require_real(call);
  const Tensor& x = call.in(0);
  if (x.shape.size() < 3 || x.size() == 0) fault("its input has the shape {}", to_string(x.shape));
  const std::int64_t channels = x.shape[1], plane = x.size() / (x.shape[0] * channels);
  for (const std::size_t i : {1, 2}) {
    if (call.in(i).shape != Shape{channels})
      fault("its input {} has the shape {}, it must be [{}]", i, to_string(call.in(i).shape),
            channels);
  }
  const double epsilon = call.real("epsilon", 1e-5F);
  if (!call.known()) return {Tensor::unknown(x.shape)};
  Tensor y = x;
  for (std::int64_t block = 0; block < x.size() / plane; ++block) {
    double* const first = y.reals.data() + block * plane;
    const std::span values(first, static_cast<std::size_t>(plane));
    const auto count = static_cast<double>(plane);
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double variance = 0;
    for (const double value : values) variance += (value - mean) * (value - mean) / count;
    const double scale = call.in(1).reals[block % channels] / std::sqrt(variance + epsilon);
    for (double& value : values) value = (value - mean) * scale + call.in(2).reals[block % channels];
  }
  return {std::move(y)};
}

}  // namespace qfx::imports
