// Ours on the peers' own data, so that one column says for all of them whether the sums are exact.
#include <limits>

#include "kernels/our_conv.h"
#include "peers.h"

#include "qfx/kernels/pixel_conv.h"

namespace qfx::peers {
namespace {

template <typename X>
ConvRun int_conv(const ConvData& data, const std::vector<X>& x) {
  auto conv = std::make_shared<OurConv<X>>(
      data.shape, x, data.weights, std::numeric_limits<X>::min(), std::numeric_limits<X>::max());
  return {
      [conv] { conv->run(); },
      [conv] { return std::vector<std::int64_t>(conv->result().begin(), conv->result().end()); }};
}

// The image with its channels together, as training holds it.
template <typename X>
ConvRun pixel_conv(const ConvData& data, const std::vector<X>& x) {
  struct Work {
    kernels::PixelConv conv;
    std::vector<X> x;
    std::vector<std::int32_t> y;
    std::vector<std::int16_t> scratch;
  };
  const ConvShape& s = data.shape;
  const std::vector<std::int32_t> weights(data.weights.begin(), data.weights.end());
  const int frac_bits = 0;
  kernels::PixelConv conv({.channels = s.in_channels,
                           .height = s.size,
                           .width = s.size,
                           .out_channels = s.out_channels,
                           .groups = s.groups,
                           .kernel_height = s.kernel,
                           .kernel_width = s.kernel,
                           .pad_top = s.padding(),
                           .pad_left = s.padding(),
                           .pad_bottom = s.padding(),
                           .pad_right = s.padding()},
                          weights, std::numeric_limits<X>::min(), std::numeric_limits<X>::max(), 0,
                          std::span(&frac_bits, 1));
  auto work = std::make_shared<Work>(Work{std::move(conv), std::vector<X>(x.size()), {}, {}});
  const std::int64_t pixels = s.size * s.size;
  for (std::int64_t c = 0; c < s.in_channels; ++c)
    for (std::int64_t p = 0; p < pixels; ++p) work->x[p * s.in_channels + c] = x[c * pixels + p];
  work->y.resize(s.output_count());
  work->scratch = work->conv.scratch();
  return {[work] { work->conv.run(work->x.data(), work->y.data(), work->scratch.data()); },
          [work, pixels, channels = s.out_channels] {
            std::vector<std::int64_t> sums(work->y.size());
            for (std::int64_t o = 0; o < channels; ++o)
              for (std::int64_t p = 0; p < pixels; ++p)
                sums[o * pixels + p] = work->y[p * channels + o];
            return sums;
          }};
}

}  // namespace

std::vector<ConvPeer> our_convs() {
  return {{"PixelConv (channels last): u8 x s8 -> s32", false,
           [](const ConvData& data) { return pixel_conv(data, data.unsigned_x); }, true},
          {"PixelConv (channels last): s8 x s8 -> s32", true,
           [](const ConvData& data) { return pixel_conv(data, data.signed_x); }, true},
          {"IntConv: u8 x s8 -> s32", false,
           [](const ConvData& data) { return int_conv(data, data.unsigned_x); }, true},
          {"IntConv: s8 x s8 -> s32", true,
           [](const ConvData& data) { return int_conv(data, data.signed_x); }, true}};
}

}  // namespace qfx::peers
