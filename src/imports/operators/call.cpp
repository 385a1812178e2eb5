#include "imports/operators/call.h"

#include <algorithm>

namespace qfx::imports {
namespace {

template <class T>
std::optional<T> attribute(const Node& node, const std::string& name, std::string_view kind) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return std::nullopt;
  if (const T* value = std::get_if<T>(&found->second)) return *value;
  fault("its attribute {} is not {}", name, kind);
}

}  // namespace

const Tensor& Call::in(std::size_t i) const {
  if (!has(i)) fault("its input {} is missing", i);
  return *inputs[i];
}

bool Call::known() const {
  return std::ranges::all_of(inputs, [](const Tensor* t) { return t == nullptr || t->known; });
}

std::int64_t Call::integer(const std::string& name, std::int64_t usual) const {
  return attribute<std::int64_t>(node, name, "an integer").value_or(usual);
}

double Call::real(const std::string& name, double usual) const {
  return attribute<double>(node, name, "a number").value_or(usual);
}

std::string Call::text(const std::string& name, const std::string& usual) const {
  return attribute<std::string>(node, name, "a text").value_or(usual);
}

std::optional<std::vector<std::int64_t>> Call::ints(const std::string& name) const {
  return attribute<std::vector<std::int64_t>>(node, name, "a list of integers");
}

std::optional<std::vector<double>> Call::reals(const std::string& name) const {
  return attribute<std::vector<double>>(node, name, "a list of numbers");
}

std::optional<std::vector<std::int64_t>> Call::list(const std::string& name,
                                                    std::size_t input) const {
  if (!has(input)) return ints(name);
  const Tensor& tensor = in(input);
  if (!tensor.is_integer) fault("its input {} ({}) must hold integers", input, name);
  if (!tensor.known)
    fault("its input {} ({}) is computed from the samples; it must be a constant", input, name);
  return tensor.integers;
}

std::optional<double> Call::number(const std::string& name, std::size_t input) const {
  if (!has(input)) return attribute<double>(node, name, "a number");
  const Tensor& tensor = in(input);
  if (!tensor.known)
    fault("its input {} ({}) is computed from the samples; it must be a constant", input, name);
  if (tensor.size() != 1) fault("its input {} ({}) must be one number", input, name);
  return tensor.real(0);
}

std::size_t Call::axis(std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size) fault("its axis is {}, and its input has {} axes", axis, rank);
  return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
}

Shape broadcast(const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      fault("its inputs have shapes {} and {}, which do not fit", to_string(a), to_string(b));
    result[result.size() - 1 - i] = x == 1 ? y : x;
  }
  if (!is_reasonable(result)) fault("its output would have the shape {}", to_string(result));
  return result;
}

std::vector<std::int64_t> broadcast_index(const Shape& shape, const Shape& target) {
  const std::vector<std::int64_t> own = strides_of(shape);
  const std::size_t lead = target.size() - shape.size();
  std::vector<std::int64_t> index{0};
  index.reserve(static_cast<std::size_t>(element_count(target)));
  // Axis by axis: every place so far, repeated along the next.
  for (std::size_t axis = 0; axis < target.size(); ++axis) {
    const bool moves = axis >= lead && shape[axis - lead] != 1;
    const std::int64_t stride = moves ? own[axis - lead] : 0;
    std::vector<std::int64_t> next;
    next.reserve(index.size() * static_cast<std::size_t>(target[axis]));
    for (const std::int64_t start : index) {
      for (std::int64_t i = 0; i < target[axis]; ++i) next.push_back(start + i * stride);
    }
    index = std::move(next);
  }
  return index;
}

void check_affordable(const Shape& shape) {
  constexpr std::int64_t kMost = std::int64_t{1} << 27;
  if (element_count(shape) > kMost)
    fault("it makes a constant of the shape {}, more than {} values", to_string(shape), kMost);
}

void check_affordable_work(double operations) {
  if (operations > 1e11)
    fault("computing it takes {:.0e} operations; 1e11 are the most", operations);
}

Tensor gathered(const Tensor& from, Shape shape, const std::vector<std::int64_t>& index) {
  if (!from.known) return Tensor::unknown(std::move(shape), from.is_integer);
  Tensor result{.shape = std::move(shape), .is_integer = from.is_integer};
  for (const std::int64_t i : index) {
    if (from.is_integer)
      result.integers.push_back(from.integers[i]);
    else
      result.reals.push_back(from.reals[i]);
  }
  return result;
}

}  // namespace qfx::imports
