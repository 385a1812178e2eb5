#include <algorithm>
#include <cmath>

#include "imports/operators/rules.h"

namespace qfx::imports {

Tensors constant(const Call& call) {
  if (call.node.attributes.size() != 1) fault("it must have one attribute, its value");
  const auto& [name, value] = *call.node.attributes.begin();
  if (name == "value") {
    if (const auto* tensor = std::get_if<Tensor>(&value)) return {*tensor};
  } else if (name == "value_float") {
    return {Tensor::of({}, {call.real(name, 0)})};
  } else if (name == "value_int") {
    return {Tensor::of_integers({}, {call.integer(name, 0)})};
  } else if (name == "value_floats") {
    if (const auto* values = std::get_if<std::vector<double>>(&value))
      return {Tensor::of({std::ssize(*values)}, *values)};
  } else if (name == "value_ints") {
    if (const auto values = call.ints(name))
      return {Tensor::of_integers({std::ssize(*values)}, *values)};
  }
  fault("its attribute {} is no tensor or number", name);
}

Tensors constant_of_shape(const Call& call) {
  const auto shape = call.list("shape", 0);
  if (!shape || !is_reasonable(*shape)) fault("its shape is missing or too large");
  check_affordable(*shape);
  const auto count = static_cast<std::size_t>(element_count(*shape));
  const auto found = call.node.attributes.find("value");
  if (found == call.node.attributes.end())
    return {Tensor::of(*shape, std::vector<double>(count, 0))};
  const auto* value = std::get_if<Tensor>(&found->second);
  if (value == nullptr || value->size() != 1) fault("its attribute value is not one number");
  if (value->is_integer)
    return {Tensor::of_integers(*shape, std::vector<std::int64_t>(count, value->integers[0]))};
  return {Tensor::of(*shape, std::vector<double>(count, value->reals[0]))};
}

Tensors shape_of(const Call& call) {
  const Shape& shape = call.in(0).shape;
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto place = [&](std::int64_t at) {
    return std::min(std::max<std::int64_t>(at < 0 ? at + rank : at, 0), rank);
  };
  const std::int64_t begin = place(call.integer("start", 0));
  const std::int64_t end = std::max(begin, place(call.integer("end", rank)));
  return {Tensor::of_integers({end - begin}, Shape(shape.begin() + begin, shape.begin() + end))};
}

Tensors size_of(const Call& call) {
  return {Tensor::of_integers({}, {call.in(0).size()})};
}

Tensors range(const Call& call) {
  if (!call.known()) fault("its limits are computed from the samples; they must be constants");
  const Tensor &start = call.in(0), &limit = call.in(1), &step = call.in(2);
  if (start.size() != 1 || limit.size() != 1 || step.size() != 1)
    fault("its three inputs must be one number each");
  const double count = std::ceil((limit.real(0) - start.real(0)) / step.real(0));
  if (!(count <= static_cast<double>(kMaxTensorElements))) fault("it has {} values", count);
  Tensor result{.shape = {std::max<std::int64_t>(static_cast<std::int64_t>(count), 0)},
                .is_integer = start.is_integer};
  check_affordable(result.shape);
  for (std::int64_t i = 0; i < result.shape[0]; ++i) {
    if (start.is_integer)
      result.integers.push_back(start.integers[0] + i * step.integers.at(0));
    else
      result.reals.push_back(start.reals[0] + static_cast<double>(i) * step.real(0));
  }
  return {std::move(result)};
}

}  // namespace qfx::imports
