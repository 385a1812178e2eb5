// What every kind computes before its one cast (docs/semantics.md), written once over any kind of
// number. A domain says what a number is: its fraction bits, an interval, a sign, what it costs, a
// tile of integers. Whatever follows from the exact value follows from here, and a new kind owes
// one function.
//
// Written by hand elsewhere, to be judges of this file: the reference interpreter of the tests,
// training, the runtime's tuned kernels, the functors of generated code.
//
// Where a sum is rounded on its way (accumulator_of), the value here is that of the exact sum.
//
// Two kinds have no value here. An input's comes from a sample. A softmax divides a term by a sum
// that holds the same term: an interval of the quotient needs to know that they are one, and no
// operation below says so. Every domain answers for these two itself.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>

#include "qfx/graph/clip.h"
#include "qfx/graph/op.h"
#include "qfx/graph/role.h"

namespace qfx::graph {

// The numbers that one element of a node's output is made of, and what can be done with them:
//   x(i)                   the element of input i at the same place, or where its form has it
//   selected()             the element of the one input that it comes from (concat)
//   parameter(role)        the constant that belongs to it
//   constant(dyadic)       zero lies on every grid
//   add, subtract, multiply, min, max
//   by_sign(x, f, g)       f(x) where x >= 0, else g(x), each called with x narrowed to its side
//   look_up(function, x)   the entry of the node's table for x
template <class D>
concept Domain = requires(D& d, const typename D::Value& a, std::size_t i, Role role,
                          const Dyadic& k, const Function& function) {
  { d.x(i) } -> std::same_as<typename D::Value>;
  { d.selected() } -> std::same_as<typename D::Value>;
  { d.parameter(role) } -> std::same_as<typename D::Value>;
  { d.constant(k) } -> std::same_as<typename D::Value>;
  { d.add(a, a) } -> std::same_as<typename D::Value>;
  { d.subtract(a, a) } -> std::same_as<typename D::Value>;
  { d.multiply(a, a) } -> std::same_as<typename D::Value>;
  { d.min(a, a) } -> std::same_as<typename D::Value>;
  { d.max(a, a) } -> std::same_as<typename D::Value>;
  { d.by_sign(a, std::identity(), std::identity()) } -> std::same_as<typename D::Value>;
  { d.look_up(function, a) } -> std::same_as<typename D::Value>;
};

// Domains that also see elements made of many. term() is evaluated for each operand under the
// window; inside it x(0) and parameter(role) are that operand and its own constant.
//   sum(term)       padding adds nothing; any order of addition
//   mean(term)      the sum over the whole window, whose division waits for the cast
//   largest(term)   padding never wins
template <class D>
concept WindowDomain = Domain<D> && requires(D& d, typename D::Value (*term)()) {
  { d.sum(term) } -> std::same_as<typename D::Value>;
  { d.mean(term) } -> std::same_as<typename D::Value>;
  { d.largest(term) } -> std::same_as<typename D::Value>;
};

// ---- one element of each input ---------------------------------------------------------------

template <Domain D>
typename D::Value value(D& d, const Cast&) {
  return d.x(0);
}

template <Domain D>
typename D::Value value(D& d, const BatchNorm&) {
  return d.add(d.multiply(d.parameter(Role::Scale), d.x(0)), d.parameter(Role::Offset));
}

template <Domain D>
typename D::Value value(D& d, const Affine& affine) {
  const auto scaled = d.multiply(d.parameter(Role::Scale), d.x(0));
  return affine.has_offset ? d.add(scaled, d.parameter(Role::Offset)) : scaled;
}

// +1 where x >= 0, else -1.
template <Domain D>
typename D::Value sign_of(D& d, const typename D::Value& x) {
  using Value = typename D::Value;
  return d.by_sign(
      x, [&](const Value&) { return d.constant({1, 0}); },
      [&](const Value&) { return d.constant({-1, 0}); });
}

// A sign for each threshold (2j + 1 - n) / n between two levels, compared as integers: n * x is on
// the grid of x, and a third is on none.
template <Domain D>
typename D::Value value(D& d, const QuantSign& levels) {
  const std::int64_t n = levels.largest();
  const auto scaled = d.multiply(d.constant({n, 0}), d.x(0));
  auto sum = d.constant({});
  for (std::int64_t j = 0; j < n; ++j)
    sum = d.add(sum, sign_of(d, d.subtract(scaled, d.constant({2 * j + 1 - n, 0}))));
  return sum;
}

template <Domain D>
typename D::Value value(D& d, const Thermometer&) {
  return sign_of(d, d.subtract(d.x(0), d.parameter(Role::Threshold)));
}

template <Domain D>
typename D::Value value(D& d, const Relu&) {
  return d.max(d.x(0), d.constant({}));
}

template <Domain D>
typename D::Value value(D& d, const Clip& clip) {
  return d.min(d.max(d.x(0), d.constant(dyadic(clip.min))), d.constant(dyadic(clip.max)));
}

template <Domain D>
typename D::Value sloped_below_zero(D& d) {
  using Value = typename D::Value;
  return d.by_sign(d.x(0), std::identity(),
                   [&](const Value& x) { return d.multiply(d.parameter(Role::Slope), x); });
}
template <Domain D>
typename D::Value value(D& d, const Prelu&) {
  return sloped_below_zero(d);
}
template <Domain D>
typename D::Value value(D& d, const LeakyRelu&) {
  return sloped_below_zero(d);
}

template <Domain D>
typename D::Value value(D& d, const Offset&) {
  return d.add(d.x(0), d.parameter(Role::Offset));
}

template <Domain D>
typename D::Value value(D& d, const Add&) {
  return d.add(d.x(0), d.x(1));
}

template <Domain D>
typename D::Value value(D& d, const Sub&) {
  return d.subtract(d.x(0), d.x(1));
}

template <Domain D>
typename D::Value value(D& d, const Mul&) {
  return d.multiply(d.x(0), d.x(1));
}

template <Domain D>
typename D::Value value(D& d, const Gate&) {
  return d.multiply(d.x(0), d.x(1));
}

template <Domain D>
typename D::Value value(D& d, const Maximum&) {
  return d.max(d.x(0), d.x(1));
}

template <Domain D>
typename D::Value value(D& d, const Minimum&) {
  return d.min(d.x(0), d.x(1));
}

template <Domain D>
typename D::Value value(D& d, const Neg&) {
  return d.subtract(d.constant({}), d.x(0));
}

template <Domain D>
typename D::Value value(D& d, const Abs&) {
  using Value = typename D::Value;
  return d.by_sign(d.x(0), std::identity(),
                   [&](const Value& x) { return d.subtract(d.constant({}), x); });
}

template <Domain D>
typename D::Value value(D& d, const Function& function) {
  return d.look_up(function, d.x(0));
}

// ---- values that only change their place -----------------------------------------------------

template <Domain D>
typename D::Value value(D& d, const Concat&) {
  return d.selected();
}

template <Domain D>
typename D::Value value(D& d, const Flatten&) {
  return d.x(0);
}

template <Domain D>
typename D::Value value(D& d, const Unsqueeze&) {
  return d.x(0);
}

template <Domain D, IsMove Kind>
typename D::Value value(D& d, const Kind&) {
  return d.x(0);
}

// ---- many elements of an input ---------------------------------------------------------------

template <WindowDomain D>
typename D::Value products_and_bias(D& d, bool has_bias) {
  const auto products = d.sum([&] { return d.multiply(d.parameter(Role::Weight), d.x(0)); });
  return has_bias ? d.add(products, d.parameter(Role::Bias)) : products;
}
template <WindowDomain D>
typename D::Value value(D& d, const Conv2d& conv) {
  return products_and_bias(d, conv.has_bias);
}
// The sum over the first bits of the input, or over both where it exceeds the threshold.
template <WindowDomain D>
typename D::Value value(D& d, const FractionalConv2d&) {
  using Value = typename D::Value;
  const Value coarse = d.sum([&] {
    return d.multiply(d.parameter(Role::Weight),
                      d.multiply(d.constant({2, 0}), sign_of(d, d.x(0))));
  });
  const Value full = d.sum([&] { return d.multiply(d.parameter(Role::Weight), d.x(0)); });
  return d.by_sign(
      d.subtract(d.parameter(Role::Threshold), coarse), [&](const Value&) { return coarse; },
      [&](const Value&) { return full; });
}
template <WindowDomain D>
typename D::Value value(D& d, const Linear& linear) {
  return products_and_bias(d, linear.has_bias);
}

template <WindowDomain D>
typename D::Value value(D& d, const MaxPool2d&) {
  return d.largest([&] { return d.x(0); });
}

template <WindowDomain D>
typename D::Value value(D& d, const AvgPool2d&) {
  return d.mean([&] { return d.x(0); });
}

template <WindowDomain D>
typename D::Value value(D& d, const GlobalAvgPool2d&) {
  return d.mean([&] { return d.x(0); });
}

}  // namespace qfx::graph
