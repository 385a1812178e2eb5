// The types of a conv2d's or linear's sums, chosen by proof.
#pragma once

#include <cstdint>
#include <memory>

#include "runtime/carver.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_elementwise.h"

namespace qfx::runtime {

// Calls make<Sum, Acc>() with the cheapest types that are proved to hold the sums of the products
// of a conv2d or linear, and its exact value with bias on the node's grid.
template <class Make>
std::unique_ptr<Step> by_sums(const Analyzed& analyzed, graph::NodeId id, const Make& make) {
  const graph::FrozenParam& weight = analyzed.node(id).params.at(graph::Role::Weight);
  const graph::Interval& x = analyzed.source_range(id);
  const bool narrow =
      fits<std::int16_t>(x) && fits<std::int16_t>(weight.raw) && products_fit_int32(weight, x);
  if (!narrow) return make.template operator()<std::int64_t, std::int64_t>();
  if (fits<std::int32_t>(analyzed.range(id).accumulator))
    return make.template operator()<std::int32_t, std::int32_t>();
  return make.template operator()<std::int32_t, std::int64_t>();
}

// Sums of one output channel on the way to its format: sum * factor + term, cast.
template <class Sum, class Acc>
class Finish {
 public:
  Finish(const Affine& affine, kernels::IntCast cast)
      : factor_(affine.factor.begin(), affine.factor.end()),
        term_(affine.term.begin(), affine.term.end()),
        cast_(cast) {}

  // exact: room for `count` values.
  void operator()(std::int64_t channel, const Sum* sums, std::int64_t count, Acc* exact,
                  std::int32_t* output) const {
    if (factor_[channel] == 1 && term_[channel] == 0) return cast_(sums, output, count);
    kernels::multiply_add(sums, factor_[channel], term_[channel], exact, count);
    cast_(exact, output, count);
  }

  // The same for one value of each of the channels from `first` on.
  void across(std::int64_t first, const Sum* sums, std::int64_t count, Acc* exact,
              std::int32_t* output) const {
    kernels::multiply_add(sums, factor_.data() + first, term_.data() + first, exact, count);
    cast_(exact, output, count);
  }

 private:
  std::vector<Acc> factor_, term_;
  kernels::IntCast cast_;
};

}  // namespace qfx::runtime
