// The loops a C++ user of a vendor's fixed-point types writes. Templates over those types, so that
// ap_fixed and ac_fixed run the same code.
#pragma once

#include <memory>

#include "peers.h"

namespace qfx::peers {

// X, W: of the operands; Sum: wide enough for the exact sums.
template <typename X, typename W, typename Sum>
ConvRun loop_conv(const ConvData& data) {
  struct State {
    ConvShape shape;
    std::vector<X> x;  // with its padding of zeros: no test inside the loops
    std::vector<W> w;
    std::vector<Sum> y;
  };
  const ConvShape& shape = data.shape;
  const std::int64_t padding = shape.padding(), padded = shape.size + 2 * padding;
  auto state = std::make_shared<State>();
  state->shape = shape;
  state->x.resize(static_cast<std::size_t>(shape.in_channels * padded * padded));
  for (X& value : state->x) value = 0;
  for (std::int64_t c = 0; c < shape.in_channels; ++c)
    for (std::int64_t row = 0; row < shape.size; ++row)
      for (std::int64_t column = 0; column < shape.size; ++column)
        state->x[static_cast<std::size_t>((c * padded + row + padding) * padded + column +
                                          padding)] =
            data.unsigned_x[static_cast<std::size_t>((c * shape.size + row) * shape.size + column)];
  state->w.resize(data.weights.size());
  for (std::size_t i = 0; i < data.weights.size(); ++i) state->w[i] = data.weights[i];
  state->y.resize(static_cast<std::size_t>(shape.output_count()));

  const auto run = [state, padded] {
    const ConvShape& s = state->shape;
    const std::int64_t in = s.in_channels / s.groups, out = s.out_channels / s.groups;
    Sum* y = state->y.data();
    for (std::int64_t o = 0; o < s.out_channels; ++o)
      for (std::int64_t row = 0; row < s.size; ++row)
        for (std::int64_t column = 0; column < s.size; ++column) {
          Sum sum = 0;
          const W* w = state->w.data() + o * s.taps();
          for (std::int64_t i = 0; i < in; ++i)
            for (std::int64_t r = 0; r < s.kernel; ++r) {
              const X* x =
                  state->x.data() + ((o / out * in + i) * padded + row + r) * padded + column;
              for (std::int64_t k = 0; k < s.kernel; ++k) sum += x[k] * *w++;
            }
          *y++ = sum;
        }
  };
  const auto sums = [state] {
    std::vector<std::int64_t> raw;
    raw.reserve(state->y.size());
    for (const Sum& sum : state->y) raw.push_back(sum.to_int64());
    return raw;
  };
  return {run, sums};
}

}  // namespace qfx::peers
