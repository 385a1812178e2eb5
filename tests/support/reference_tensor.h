// What the reference interpreter is made of: exact numbers, tensors that answer for one element,
// and sums. For reference*.cpp alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "support/reference.h"

namespace qfx::test::reference {

using graph::FrozenNode;
using graph::FrozenParam;

inline Exact operator*(const Exact& a, const Exact& b) {
  return {a.raw * b.raw, a.frac_bits + b.frac_bits};
}

inline Exact operator+(const Exact& a, const Exact& b) {
  const int frac = std::max(a.frac_bits, b.frac_bits);
  return {(a.raw << (frac - a.frac_bits)) + (b.raw << (frac - b.frac_bits)), frac};
}

inline bool operator<(const Exact& a, const Exact& b) {
  return (a + Exact{-b.raw, b.frac_bits}).raw < 0;
}

// An image, sequence {C, L} = {C, 1, L} or vector {C} = {C, 1, 1} that answers for one element.
class Tensor {
 public:
  explicit Tensor(const RawView& view) : view_(view) {
    const graph::Shape& shape = view.node.shape;
    channels_ = shape[0];
    if (shape.size() == 3) height_ = shape[1];
    if (shape.size() > 1) width_ = shape.back();
  }

  std::int64_t channels() const { return channels_; }
  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  bool inside(std::int64_t y, std::int64_t x) const {
    return y >= 0 && y < height_ && x >= 0 && x < width_;
  }

  Exact at(std::int64_t c, std::int64_t y, std::int64_t x) const {
    return at((c * height_ + y) * width_ + x);
  }
  Exact at(std::int64_t index) const { return {view_.raw[index], view_.node.format.frac_bits()}; }
  std::int64_t size() const { return channels_ * height_ * width_; }
  std::int64_t channel_of(std::int64_t index) const { return index / (height_ * width_); }

 private:
  RawView view_;
  std::int64_t channels_ = 1, height_ = 1, width_ = 1;
};

// Element `index` of a parameter, which belongs to `channel` of axis 0.
inline Exact param(const FrozenNode& node, graph::Role role, std::int64_t index,
                   std::int64_t channel) {
  const FrozenParam& p = node.params.at(role);
  return {p.raw[index], p.frac_bits(channel)};
}

inline std::vector<Exact> all_elements(const Tensor& x) {
  std::vector<Exact> values;
  for (std::int64_t i = 0; i < x.size(); ++i) values.push_back(x.at(i));
  return values;
}

// Calls f(c, oy, ox) for every output element in order.
template <class F>
std::vector<Exact> for_each_output(const FrozenNode& node, F f) {
  std::vector<Exact> values;
  for (std::int64_t c = 0; c < node.shape[0]; ++c)
    for (std::int64_t oy = 0; oy < node.shape[1]; ++oy)
      for (std::int64_t ox = 0; ox < node.shape[2]; ++ox) values.push_back(f(c, oy, ox));
  return values;
}

// A sum that is exact, or cast to the node's accumulator after every addition.
class Sum {
 public:
  explicit Sum(const FrozenNode& node) : accumulator_(graph::accumulator_of(node.op)) {}

  void add(const Exact& term) {
    total_ = total_ + term;
    if (accumulator_ != nullptr)
      total_ = {cast_exact(total_, *accumulator_), accumulator_->frac_bits()};
  }
  const Exact& total() const { return total_; }

 private:
  const fixed::Format* accumulator_;
  Exact total_;
};

}  // namespace qfx::test::reference
