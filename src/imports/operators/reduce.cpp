#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "imports/operators/rules.h"

namespace qfx::imports {
namespace {

double start_of(const std::string& op) {
  if (op == "ReduceMax") return -std::numeric_limits<double>::infinity();
  if (op == "ReduceMin") return std::numeric_limits<double>::infinity();
  return op == "ReduceProd" ? 1 : 0;
}

double joined(const std::string& op, double a, double b) {
  if (op == "ReduceMax") return std::max(a, b);
  if (op == "ReduceMin") return std::min(a, b);
  if (op == "ReduceProd") return a * b;
  if (op == "ReduceL2" || op == "ReduceSumSquare") return a + b * b;
  if (op == "ReduceL1") return a + std::abs(b);
  return a + b;
}

}  // namespace

Tensors reduce(const Call& call) {
  const Tensor& x = call.in(0);
  const std::string& op = call.node.op;
  const auto axes = call.list("axes", 1);
  if ((!axes || axes->empty()) && call.integer("noop_with_empty_axes", 0) != 0) return {x};
  const bool keeps = call.integer("keepdims", 1) != 0;
  std::vector<bool> gone(x.shape.size(), !axes || axes->empty());
  if (axes) {
    for (const std::int64_t axis : *axes) gone[Call::axis(axis, x.shape.size())] = true;
  }
  Shape kept = x.shape, shape;
  std::int64_t count = 1;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (gone[i]) count *= std::exchange(kept[i], 1);
    if (!gone[i] || keeps) shape.push_back(kept[i]);
  }
  if (count == 0) fault("it reduces nothing");
  if (!x.known) return {Tensor::unknown(std::move(shape), x.is_integer)};
  const auto place = broadcast_index(kept, x.shape);
  std::vector<double> values(static_cast<std::size_t>(element_count(kept)), start_of(op));
  for (std::int64_t i = 0; i < x.size(); ++i)
    values[place[i]] = joined(op, values[place[i]], x.real(i));
  for (double& value : values) {
    if (op == "ReduceMean") value /= static_cast<double>(count);
    if (op == "ReduceL2") value = std::sqrt(value);
  }
  if (!x.is_integer) return {Tensor::of(std::move(shape), std::move(values))};
  if (op == "ReduceMean" || op == "ReduceL2") fault("it is computed on integers");
  Tensor result{.shape = std::move(shape), .is_integer = true};
  for (const double value : values) {
    if (!(std::abs(value) < 0x1p53)) fault("its result is not an exact integer");
    result.integers.push_back(static_cast<std::int64_t>(value));
  }
  return {std::move(result)};
}

// Before opset 13 all axes from `axis` on are one.
Tensors softmax(const Call& call) {
  const Tensor& x = call.in(0);
  if (x.is_integer || x.shape.empty()) fault("its input has the shape {}", to_string(x.shape));
  const bool flattens = call.node.opset < 13;
  const std::size_t axis = Call::axis(call.integer("axis", flattens ? 1 : -1), x.shape.size());
  if (!x.known) return {Tensor::unknown(x.shape)};
  std::int64_t inner = 1, size = x.shape[axis];
  for (std::size_t i = axis + 1; i < x.shape.size(); ++i) inner *= x.shape[i];
  if (flattens) size *= std::exchange(inner, 1);
  const bool logarithm = call.node.op == "LogSoftmax";
  Tensor y = x;
  for (std::int64_t block = 0; block < x.size(); block += size * inner) {
    for (std::int64_t place = block; place < block + inner; ++place) {
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (std::int64_t i = 0; i < size; ++i)
        largest = std::max(largest, x.reals[place + i * inner]);
      for (std::int64_t i = 0; i < size; ++i) sum += std::exp(x.reals[place + i * inner] - largest);
      for (std::int64_t i = 0; i < size; ++i) {
        const double z = x.reals[place + i * inner] - largest;
        y.reals[place + i * inner] = logarithm ? z - std::log(sum) : std::exp(z) / sum;
      }
    }
  }
  return {std::move(y)};
}

}  // namespace qfx::imports
