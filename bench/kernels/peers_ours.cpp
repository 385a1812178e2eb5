// Ours on the peers' own data, so that one column says for all of them whether the sums are exact.
#include <limits>

#include "peers.h"

#include "qfx/kernels/int_conv.h"

namespace qfx::peers {
namespace {

template <typename X>
ConvRun int_conv(const ConvData& data, const std::vector<X>& x) {
  const ConvShape& s = data.shape;
  struct State {
    kernels::IntConv<std::int32_t> conv;
    std::vector<X> x;
    std::vector<std::int32_t> sums;
    std::vector<std::byte> scratch;
  };
  const std::vector<std::int32_t> weights(data.weights.begin(), data.weights.end());
  kernels::IntConv<std::int32_t> conv({.channels = s.in_channels,
                                       .height = s.size,
                                       .width = s.size,
                                       .out_channels = s.out_channels,
                                       .groups = s.groups,
                                       .kernel_height = s.kernel,
                                       .kernel_width = s.kernel,
                                       .pad_height = s.padding(),
                                       .pad_width = s.padding()},
                                      weights, std::numeric_limits<X>::min(),
                                      std::numeric_limits<X>::max());
  std::vector<std::byte> scratch(conv.scratch_bytes() + 64);
  auto state = std::make_shared<State>(State{
      std::move(conv), x, std::vector<std::int32_t>(static_cast<std::size_t>(s.output_count())),
      std::move(scratch)});
  return {[state] {
            void* at = state->scratch.data();
            std::size_t space = state->scratch.size();
            std::align(64, state->conv.scratch_bytes(), at, space);
            state->conv.run(state->x.data(), state->sums.data(), static_cast<std::byte*>(at));
          },
          [state] { return std::vector<std::int64_t>(state->sums.begin(), state->sums.end()); }};
}

}  // namespace

std::vector<ConvPeer> our_convs() {
  return {{"IntConv: u8 x s8 -> s32", false,
           [](const ConvData& data) { return int_conv(data, data.unsigned_x); }, true},
          {"IntConv: s8 x s8 -> s32", true,
           [](const ConvData& data) { return int_conv(data, data.signed_x); }, true}};
}

}  // namespace qfx::peers
