// Ours on the peers' own data, so that one column says for all of them whether the sums are exact.
#include <limits>

#include "differential/onednn_int8/our_conv.h"
#include "peers.h"

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

}  // namespace

std::vector<ConvPeer> our_convs() {
  return {{"IntConv: u8 x s8 -> s32", false,
           [](const ConvData& data) { return int_conv(data, data.unsigned_x); }, true},
          {"IntConv: s8 x s8 -> s32", true,
           [](const ConvData& data) { return int_conv(data, data.signed_x); }, true}};
}

}  // namespace qfx::peers
