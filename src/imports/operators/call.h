// A node with its inputs, as the operators see it.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "qfx/imports/operators.h"

namespace qfx::imports {

using Tensors = std::vector<Tensor>;

template <class... Args>
[[noreturn]] void fault(fmt::format_string<Args...> text, Args&&... args) {
  throw NodeFault(fmt::format(text, std::forward<Args>(args)...));
}

struct Call {
  const Node& node;
  const std::vector<const Tensor*>& inputs;

  bool has(std::size_t i) const { return i < inputs.size() && inputs[i] != nullptr; }
  const Tensor& in(std::size_t i) const;
  // Whether all that are given are known.
  bool known() const;
  bool has_output(std::size_t i) const {
    return i < node.outputs.size() && !node.outputs[i].empty();
  }

  bool gives(const std::string& name) const { return node.attributes.contains(name); }
  std::int64_t integer(const std::string& name, std::int64_t usual) const;
  double real(const std::string& name, double usual) const;
  std::string text(const std::string& name, const std::string& usual) const;
  std::optional<std::vector<std::int64_t>> ints(const std::string& name) const;
  std::optional<std::vector<double>> reals(const std::string& name) const;

  // What newer opsets have as an input and older ones as an attribute.
  std::optional<std::vector<std::int64_t>> list(const std::string& name, std::size_t input) const;
  std::optional<double> number(const std::string& name, std::size_t input) const;

  // An axis counted from either end.
  static std::size_t axis(std::int64_t axis, std::size_t rank);
};

using Rule = Tensors (*)(const Call& call);

// The shape that both broadcast to.
Shape broadcast(const Shape& a, const Shape& b);
// Of each element of `target`, where it is in a tensor of `shape` that is broadcast to it.
std::vector<std::int64_t> broadcast_index(const Shape& shape, const Shape& target);

// Values are computed of no more than this: what small files can ask for stays small.
void check_affordable(const Shape& shape);
// Likewise additions and comparisons.
void check_affordable_work(double operations);

// A tensor of the elements of another at these places.
Tensor gathered(const Tensor& from, Shape shape, const std::vector<std::int64_t>& index);

}  // namespace qfx::imports
