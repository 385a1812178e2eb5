#include <algorithm>
#include <numeric>
#include <set>

#include "imports/operators/rules.h"

namespace qfx::imports {
namespace {

// The same values in the same order.
Tensors renamed(const Tensor& x, Shape shape) {
  if (!is_reasonable(shape) || element_count(shape) != x.size())
    fault("it makes the shape {} of {}, which has another number of values", to_string(shape),
          to_string(x.shape));
  Tensor result = x;
  result.shape = std::move(shape);
  return {std::move(result)};
}

std::set<std::size_t> axes_of(const std::vector<std::int64_t>& axes, std::size_t rank) {
  std::set<std::size_t> result;
  for (const std::int64_t axis : axes) {
    if (!result.insert(Call::axis(axis, rank)).second) fault("it names the axis {} twice", axis);
  }
  return result;
}

}  // namespace

Tensors reshape(const Call& call) {
  const Tensor& x = call.in(0);
  const auto wanted = call.list("shape", 1);
  if (!wanted) fault("its shape is missing");
  Shape shape = *wanted;
  const bool zero_is_zero = call.integer("allowzero", 0) != 0;
  std::int64_t others = 1;
  int free = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && !zero_is_zero) {
      if (i >= x.shape.size()) fault("its shape keeps axis {}, which its input does not have", i);
      shape[i] = x.shape[i];
    }
    if (shape[i] == -1)
      ++free;
    else if (shape[i] < 0 || shape[i] > kMaxTensorElements)
      fault("its shape holds {}", shape[i]);
    else if (shape[i] > 0 && others > kMaxTensorElements / shape[i])
      fault("its shape {} is too large", to_string(shape));
    else
      others *= shape[i];
  }
  if (free > 1) fault("its shape {} leaves more than one size open", to_string(*wanted));
  if (free == 1) {
    if (others == 0 || x.size() % others != 0)
      fault("it makes the shape {} of {}, which does not divide", to_string(*wanted),
            to_string(x.shape));
    *std::ranges::find(shape, -1) = x.size() / others;
  }
  return renamed(x, std::move(shape));
}

Tensors flatten(const Call& call) {
  const Tensor& x = call.in(0);
  const auto rank = static_cast<std::int64_t>(x.shape.size());
  std::int64_t axis = call.integer("axis", 1);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank) fault("its axis is {}, and its input has {} axes", axis, rank);
  Shape shape{1, 1};
  for (std::int64_t i = 0; i < rank; ++i) shape[i < axis ? 0 : 1] *= x.shape[i];
  return renamed(x, std::move(shape));
}

Tensors squeeze(const Call& call) {
  const Tensor& x = call.in(0);
  const auto axes = call.list("axes", 1);
  const std::set<std::size_t> gone =
      axes ? axes_of(*axes, x.shape.size()) : std::set<std::size_t>();
  Shape shape;
  for (std::size_t i = 0; i < x.shape.size(); ++i) {
    if (gone.contains(i) && x.shape[i] != 1)
      fault("it takes away axis {} of {}, which is not of size 1", i, to_string(x.shape));
    if (axes ? !gone.contains(i) : x.shape[i] != 1) shape.push_back(x.shape[i]);
  }
  return renamed(x, std::move(shape));
}

Tensors unsqueeze(const Call& call) {
  const Tensor& x = call.in(0);
  const auto axes = call.list("axes", 1);
  if (!axes) fault("its axes are missing");
  const std::size_t rank = x.shape.size() + axes->size();
  if (rank > 16) fault("its output would have {} axes", rank);
  const std::set<std::size_t> added = axes_of(*axes, rank);
  Shape shape;
  for (std::size_t i = 0, from = 0; i < rank; ++i)
    shape.push_back(added.contains(i) ? 1 : x.shape[from++]);
  return renamed(x, std::move(shape));
}

Tensors transpose(const Call& call) {
  const Tensor& x = call.in(0);
  std::vector<std::int64_t> order(x.shape.size());
  std::iota(order.rbegin(), order.rend(), 0);
  if (const auto perm = call.ints("perm")) order = *perm;
  if (order.size() != x.shape.size() || axes_of(order, x.shape.size()).size() != order.size())
    fault("its perm has {} entries, and its input {} axes", order.size(), x.shape.size());
  const std::vector<std::int64_t> strides = strides_of(x.shape);
  Shape shape;
  for (const std::int64_t axis : order) shape.push_back(x.shape[Call::axis(axis, order.size())]);
  if (!x.known) return {Tensor::unknown(std::move(shape), x.is_integer)};
  std::vector<std::int64_t> index{0};
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    const std::int64_t stride = strides[Call::axis(order[axis], order.size())];
    std::vector<std::int64_t> next;
    next.reserve(index.size() * static_cast<std::size_t>(shape[axis]));
    for (const std::int64_t start : index) {
      for (std::int64_t i = 0; i < shape[axis]; ++i) next.push_back(start + i * stride);
    }
    index = std::move(next);
  }
  return {gathered(x, std::move(shape), index)};
}

}  // namespace qfx::imports
