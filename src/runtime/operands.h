// The types of a conv2d's or linear's sums, chosen by proof, and what becomes of the sums.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "runtime/carver.h"
#include "runtime/chain.h"
#include "runtime/element_tile.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_elementwise.h"

namespace qfx::runtime {

// Whether a conv2d's or linear's operands fit 16 bits and the sums of their products 32.
inline bool sums_fit_int32(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenParam& weight = analyzed.node(id).params.at(graph::Role::Weight);
  const graph::Interval& x = analyzed.source_range(id);
  return fits<std::int16_t>(x) && fits<std::int16_t>(weight.raw) && products_fit_int32(weight, x);
}

// Calls make<Sum>() with the cheapest type that is proved to hold the sums of the products of a
// conv2d or linear.
template <class Make>
std::unique_ptr<Step> by_sums(const Analyzed& analyzed, graph::NodeId id, const Make& make) {
  return sums_fit_int32(analyzed, id) ? make.template operator()<std::int32_t>()
                                      : make.template operator()<std::int64_t>();
}

// Sums of a group's first node on the way to the group's tensor: sum * factor + term, cast, and
// what the other nodes do.
template <class Sum>
class Finish {
 public:
  Finish(const Analyzed& analyzed, const Group& group)
      : to_(layout_of(analyzed, group.last())),
        affine_(align_channels(analyzed, group.first())),
        cast_(accumulator_cast(analyzed, group.first())) {
    if (fits_lanes(analyzed, group.first()))
      chain_.emplace(analyzed, group, SumConstants{affine_.factor, affine_.term, kWide});
  }

  // Sums of elements first, first + 1, ... of the group's tensor `output`. others: the group's
  // inputs but for the first node's.
  void operator()(const Sum* sums, std::int64_t first, std::int64_t count,
                  const std::byte* const* others, std::byte* output) const {
    if (chain_) {
      chain_->run({reinterpret_cast<const std::byte*>(sums), kernels::Storage::Int32, others,
                   output, first, count, kWide});
      return;
    }
    std::int64_t exact[kTile];
    std::int32_t words[kTile];
    while (count > 0) {  // neighbouring channels of a pixel at a time
      const std::int64_t channel = first % to_.channels;
      const std::int64_t length = std::min({kTile, to_.channels - channel, count});
      kernels::multiply_add(sums, affine_.factor.data() + channel, affine_.term.data() + channel,
                            exact, length);
      cast_(exact, words, length);
      kernels::narrow(words, length, output + to_.offset(first), to_.storage);
      sums += length;
      first += length;
      count -= length;
    }
  }

 private:
  static constexpr bool kWide = sizeof(Sum) == sizeof(std::int64_t);

  TensorLayout to_;
  Affine affine_;
  kernels::IntCast cast_;
  std::optional<Chain> chain_;
};

}  // namespace qfx::runtime
