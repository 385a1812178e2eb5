// The integer meaning of every node kind (docs/semantics.md), one element at a time and as plainly
// as it can be said: the yardstick for whatever computes a frozen model faster.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "qfx/fixed/value.h"
#include "qfx/graph/graph.h"

namespace qfx::testing {

using RawValues = std::vector<std::int64_t>;

// Sees every partial sum on the grid of the node's exact result; an average's sum before the
// division.
using PartialSumHook = std::function<void(graph::NodeId node, std::int64_t sum)>;

class ExactModel {
 public:
  explicit ExactModel(const graph::FrozenModel& model, PartialSumHook hook = {})
      : nodes_(model.nodes), hook_(std::move(hook)) {}

  // One sample. The raw values of every node.
  std::vector<RawValues> run(const RawValues& input) {
    values_.assign(nodes_.size(), {});
    for (id_ = 0; id_ < static_cast<int>(nodes_.size()); ++id_) {
      values_[id_] =
          id_ == 0 ? input : std::visit([&](const auto& op) { return compute(op); }, node().op);
    }
    return values_;
  }

 private:
  const graph::FrozenNode& node() const { return nodes_[id_]; }
  const graph::FrozenNode& source(int i = 0) const { return nodes_[node().inputs[i]]; }
  const RawValues& x(int i = 0) const { return values_[node().inputs[i]]; }
  const graph::FrozenParam* param(const char* name) const {
    const auto found = node().params.find(name);
    return found == node().params.end() ? nullptr : &found->second;
  }

  // ---- exact sums on the grid of 2^-frac_ ----

  void start(int frac_bits) {
    frac_ = frac_bits;
    sum_ = 0;
  }
  void add(std::int64_t raw, int frac_bits) {
    sum_ += raw * (std::int64_t{1} << (frac_ - frac_bits));
    if (hook_) hook_(id_, sum_);
  }
  std::int64_t cast(std::int64_t divisor = 1) const {
    return fixed::cast_quotient(sum_, frac_, divisor, node().format);
  }
  int grid(const char* factor, const char* term) const {
    const int product = source().format.frac_bits() + param(factor)->max_frac_bits();
    return param(term) ? std::max(product, param(term)->max_frac_bits()) : product;
  }
  void add_product(const graph::FrozenParam& factor, std::int64_t element, std::int64_t channel,
                   std::int64_t value) {
    add(factor.raw[element] * value, source().format.frac_bits() + factor.frac_bits(channel));
  }
  void add_param(const char* name, std::int64_t channel) {
    if (const auto* p = param(name)) add(p->raw[channel], p->frac_bits(channel));
  }

  // ---- windows ----

  // Calls visit(channel, y, x) for the source elements under the window at (y, x); padding is left
  // out.
  template <class Visit>
  void window(graph::Pair at, graph::Pair kernel, graph::Pair stride, graph::Pair padding,
              graph::Pair dilation, Visit visit) const {
    for (std::int64_t i = 0; i < kernel[0]; ++i) {
      for (std::int64_t j = 0; j < kernel[1]; ++j) {
        const std::int64_t y = at[0] * stride[0] - padding[0] + i * dilation[0];
        const std::int64_t x = at[1] * stride[1] - padding[1] + j * dilation[1];
        if (y >= 0 && y < source().shape[1] && x >= 0 && x < source().shape[2]) visit(i, j, y, x);
      }
    }
  }
  std::int64_t pixel(std::int64_t channel, std::int64_t y, std::int64_t column) const {
    return x()[(channel * source().shape[1] + y) * source().shape[2] + column];
  }
  // f(channel, {y, x}) for every output element, in order.
  template <class F>
  RawValues each_pixel(F f) const {
    RawValues out;
    for (std::int64_t c = 0; c < node().shape[0]; ++c)
      for (std::int64_t y = 0; y < node().shape[1]; ++y)
        for (std::int64_t x = 0; x < node().shape[2]; ++x) out.push_back(f(c, graph::Pair{y, x}));
    return out;
  }
  template <class F>
  RawValues each_element(F f) const {
    RawValues out;
    for (std::size_t i = 0; i < x().size(); ++i) out.push_back(f(i));
    return out;
  }
  RawValues cast_each(std::function<std::int64_t(std::int64_t)> f) {
    return each_element([&](std::size_t i) {
      start(source().format.frac_bits());
      add(f(x()[i]), frac_);
      return cast();
    });
  }

  // ---- the kinds ----

  RawValues compute(const graph::Input&) { return x(); }
  RawValues compute(const graph::Cast&) {
    return cast_each([](std::int64_t v) { return v; });
  }
  RawValues compute(const graph::Relu&) {
    return cast_each([](std::int64_t v) { return std::max<std::int64_t>(v, 0); });
  }
  RawValues compute(const graph::Flatten&) { return x(); }
  RawValues compute(const graph::Conv2d& conv) {
    const graph::FrozenParam& weight = *param("weight");
    const std::int64_t group_in = weight.shape[1], group_out = conv.out_channels / conv.groups;
    return each_pixel([&](std::int64_t out, graph::Pair at) {
      start(grid("weight", "bias"));
      for (std::int64_t in = 0; in < group_in; ++in) {
        window(at, conv.kernel, conv.stride, conv.padding, conv.dilation,
               [&](std::int64_t i, std::int64_t j, std::int64_t y, std::int64_t column) {
                 const std::int64_t element =
                     ((out * group_in + in) * conv.kernel[0] + i) * conv.kernel[1] + j;
                 add_product(weight, element, out,
                             pixel(out / group_out * group_in + in, y, column));
               });
      }
      add_param("bias", out);
      return cast();
    });
  }
  RawValues compute(const graph::Linear& linear) {
    const graph::FrozenParam& weight = *param("weight");
    RawValues out;
    for (std::int64_t row = 0; row < linear.out_features; ++row) {
      start(grid("weight", "bias"));
      for (std::int64_t column = 0; column < weight.shape[1]; ++column)
        add_product(weight, row * weight.shape[1] + column, row, x()[column]);
      add_param("bias", row);
      out.push_back(cast());
    }
    return out;
  }
  RawValues compute(const graph::BatchNorm&) {
    const std::int64_t inner = static_cast<std::int64_t>(x().size()) / node().shape[0];
    return each_element([&](std::size_t i) {
      const std::int64_t channel = static_cast<std::int64_t>(i) / inner;
      start(grid("scale", "offset"));
      add_product(*param("scale"), channel, channel, x()[i]);
      add_param("offset", channel);
      return cast();
    });
  }
  RawValues compute(const graph::MaxPool2d& pool) {
    return each_pixel([&](std::int64_t c, graph::Pair at) {
      std::int64_t largest = INT64_MIN;
      window(at, pool.kernel, pool.stride, pool.padding, {1, 1},
             [&](std::int64_t, std::int64_t, std::int64_t y, std::int64_t column) {
               largest = std::max(largest, pixel(c, y, column));
             });
      start(source().format.frac_bits());
      add(largest, frac_);
      return cast();
    });
  }
  RawValues compute(const graph::AvgPool2d& pool) {
    return each_pixel([&](std::int64_t c, graph::Pair at) {
      start(source().format.frac_bits());
      window(at, pool.kernel, pool.stride, pool.padding, {1, 1},
             [&](std::int64_t, std::int64_t, std::int64_t y, std::int64_t column) {
               add(pixel(c, y, column), frac_);
             });
      return cast(pool.kernel[0] * pool.kernel[1]);
    });
  }
  RawValues compute(const graph::GlobalAvgPool2d&) {
    const std::int64_t rows = source().shape[1], columns = source().shape[2];
    return each_pixel([&](std::int64_t c, graph::Pair) {
      start(source().format.frac_bits());
      for (std::int64_t y = 0; y < rows; ++y)
        for (std::int64_t column = 0; column < columns; ++column) add(pixel(c, y, column), frac_);
      return cast(rows * columns);
    });
  }
  RawValues compute(const graph::Add&) {
    return each_element([&](std::size_t i) {
      start(std::max(source(0).format.frac_bits(), source(1).format.frac_bits()));
      add(x(0)[i], source(0).format.frac_bits());
      add(x(1)[i], source(1).format.frac_bits());
      return cast();
    });
  }

  const std::vector<graph::FrozenNode>& nodes_;
  PartialSumHook hook_;
  std::vector<RawValues> values_;
  int id_ = 0;
  int frac_ = 0;
  std::int64_t sum_ = 0;
};

}  // namespace qfx::testing
