#include "imports/operators/picks.h"

#include <algorithm>
#include <numeric>

#include "imports/operators/rules.h"

namespace qfx::imports {

Picks everything(const Shape& shape) {
  Picks picks(shape.size());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    picks[axis].resize(static_cast<std::size_t>(shape[axis]));
    std::iota(picks[axis].begin(), picks[axis].end(), 0);
  }
  return picks;
}

Tensor picked(const Tensor& x, const Picks& picks, double filling) {
  Shape shape;
  for (const auto& places : picks) shape.push_back(std::ssize(places));
  if (!is_reasonable(shape)) fault("its output would have the shape {}", to_string(shape));
  if (!x.known) return Tensor::unknown(std::move(shape), x.is_integer);
  check_affordable(shape);
  const std::vector<std::int64_t> strides = strides_of(x.shape);
  std::vector<std::int64_t> index{0};
  for (std::size_t axis = 0; axis < picks.size(); ++axis) {
    std::vector<std::int64_t> next;
    next.reserve(index.size() * picks[axis].size());
    for (const std::int64_t start : index) {
      for (const std::int64_t place : picks[axis])
        next.push_back(start < 0 || place < 0 ? -1 : start + place * strides[axis]);
    }
    index = std::move(next);
  }
  Tensor result{.shape = std::move(shape), .is_integer = x.is_integer};
  for (const std::int64_t i : index) {
    if (x.is_integer)
      result.integers.push_back(i < 0 ? static_cast<std::int64_t>(filling) : x.integers[i]);
    else
      result.reals.push_back(i < 0 ? filling : x.reals[i]);
  }
  return result;
}

Tensors concat(const Call& call) {
  if (!call.gives("axis")) fault("its axis is missing");
  const Tensor& first = call.in(0);
  const std::size_t axis = Call::axis(call.integer("axis", 0), first.shape.size());
  Shape shape = first.shape;
  shape[axis] = 0;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    const Tensor& x = call.in(i);
    Shape like = x.shape;
    if (like.size() == shape.size()) like[axis] = first.shape[axis];
    if (like != first.shape || x.is_integer != first.is_integer)
      fault("its inputs have shapes {} and {}, which do not fit", to_string(first.shape),
            to_string(x.shape));
    shape[axis] += x.shape[axis];
  }
  if (!is_reasonable(shape)) fault("its output would have the shape {}", to_string(shape));
  if (!call.known()) return {Tensor::unknown(std::move(shape), first.is_integer)};
  std::int64_t blocks = 1;
  for (std::size_t i = 0; i < axis; ++i) blocks *= shape[i];
  Tensor result{.shape = std::move(shape), .is_integer = first.is_integer};
  for (std::int64_t block = 0; block < blocks; ++block) {
    for (const Tensor* x : call.inputs) {
      const std::int64_t size = x->size() / blocks, begin = block * size;
      const auto append = [&](auto& to, const auto& from) {
        to.insert(to.end(), from.begin() + begin, from.begin() + begin + size);
      };
      if (x->is_integer)
        append(result.integers, x->integers);
      else
        append(result.reals, x->reals);
    }
  }
  return {std::move(result)};
}

Tensors slice(const Call& call) {
  const Tensor& x = call.in(0);
  const auto starts = call.list("starts", 1), ends = call.list("ends", 2);
  if (!starts || !ends) fault("its starts or its ends are missing");
  std::vector<std::int64_t> axes(starts->size());
  std::iota(axes.begin(), axes.end(), 0);
  if (const auto given = call.list("axes", 3)) axes = *given;
  std::vector<std::int64_t> steps(starts->size(), 1);
  if (const auto given = call.list("steps", 4)) steps = *given;
  if (ends->size() != starts->size() || axes.size() != starts->size() ||
      steps.size() != starts->size())
    fault("its starts, ends, axes and steps are not equally many");
  Picks picks = everything(x.shape);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = Call::axis(axes[i], x.shape.size());
    const std::int64_t size = x.shape[axis], step = steps[i];
    if (step == 0) fault("a step of it is 0");
    // Clamped first: ends are often the largest integer there is.
    const auto place = [&](std::int64_t at, std::int64_t low, std::int64_t high) {
      if (at < 0) at = at < -size ? -1 - size : at + size;
      return std::clamp(at, low, high);
    };
    picks[axis].clear();
    if (step > 0) {
      const std::int64_t end = place((*ends)[i], 0, size);
      for (std::int64_t at = place((*starts)[i], 0, size); at < end; at += std::min(step, size)) {
        picks[axis].push_back(at);
      }
    } else {
      const std::int64_t end = place((*ends)[i], -1, size - 1);
      for (std::int64_t at = place((*starts)[i], 0, size - 1); at > end && at >= 0;
           at -= std::min(-std::max(step, -size - 1), size + 1)) {
        picks[axis].push_back(at);
      }
    }
  }
  return {picked(x, picks)};
}

Tensors split(const Call& call) {
  const Tensor& x = call.in(0);
  const std::size_t axis = Call::axis(call.integer("axis", 0), x.shape.size());
  const auto count = std::ssize(call.node.outputs);
  const std::int64_t size = x.shape[axis];
  if (count == 0) fault("it has no output");
  std::vector<std::int64_t> sizes;
  if (const auto given = call.list("split", 1)) {
    sizes = *given;
  } else {
    // Equal but for the last.
    const std::int64_t each = (size + count - 1) / count;
    if (each * (count - 1) > size) fault("it cannot split {} into {}", size, count);
    sizes.assign(static_cast<std::size_t>(count), each);
    sizes.back() = size - each * (count - 1);
  }
  std::int64_t sum = 0;
  for (const std::int64_t part : sizes) {
    if (part < 0 || part > size) fault("a part of it has the size {}", part);
    sum += part;
  }
  if (std::ssize(sizes) != count || sum != size)
    fault("it splits {} into parts of {} in all", size, sum);
  Tensors parts;
  std::int64_t begin = 0;
  for (const std::int64_t part : sizes) {
    Picks picks = everything(x.shape);
    picks[axis].assign(picks[axis].begin() + begin, picks[axis].begin() + begin + part);
    parts.push_back(picked(x, picks));
    begin += part;
  }
  return parts;
}

Tensors gather(const Call& call) {
  const Tensor &x = call.in(0), &indices = call.in(1);
  const std::size_t axis = Call::axis(call.integer("axis", 0), x.shape.size());
  if (!indices.is_integer || !indices.known) fault("its indices must be constant integers");
  Picks picks = everything(x.shape);
  picks[axis].clear();
  for (const std::int64_t i : indices.integers) {
    const std::int64_t size = x.shape[axis];
    if (i < -size || i >= size) fault("its index {} lies outside its input", i);
    picks[axis].push_back(i < 0 ? i + size : i);
  }
  Tensor result = picked(x, picks);
  result.shape.erase(result.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  result.shape.insert(result.shape.begin() + static_cast<std::ptrdiff_t>(axis),
                      indices.shape.begin(), indices.shape.end());
  return {std::move(result)};
}

Tensors expand(const Call& call) {
  const Tensor& x = call.in(0);
  const auto wanted = call.list("shape", 1);
  if (!wanted || !is_reasonable(*wanted)) fault("its shape is missing or too large");
  Shape shape = broadcast(x.shape, *wanted);
  if (!x.known) return {Tensor::unknown(std::move(shape), x.is_integer)};
  check_affordable(shape);
  const auto index = broadcast_index(x.shape, shape);
  return {gathered(x, std::move(shape), index)};
}

Tensors tile(const Call& call) {
  const Tensor& x = call.in(0);
  const auto repeats = call.list("repeats", 1);
  if (!repeats || repeats->size() != x.shape.size())
    fault("its repeats are not one for each axis of its input {}", to_string(x.shape));
  Shape shape = x.shape;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const std::int64_t count = (*repeats)[axis];
    if (count < 1 || count > kMaxTensorElements) fault("its repeats hold {}", count);
    if (shape[axis] > kMaxTensorElements / count) fault("its output would be too large");
    shape[axis] *= count;
  }
  if (!is_reasonable(shape)) fault("its output would have the shape {}", to_string(shape));
  Picks picks = everything(shape);
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    for (std::int64_t& place : picks[axis]) place %= x.shape[axis];
  return {picked(x, picks)};
}

}  // namespace qfx::imports
