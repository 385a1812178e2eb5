// oneDNN's convolution, in the layouts it chooses itself.
#include <omp.h>

#include "differential/onednn_int8/onednn_conv.h"
#include "peers.h"

namespace qfx::peers {
namespace {

template <typename X, typename W, typename Y, typename Bytes>
ConvRun onednn_conv(const ConvData& data, const std::vector<Bytes>& x) {
  auto conv = std::make_shared<OnednnConv<X, W, Y>>(
      data.shape, std::vector<X>(x.begin(), x.end()),
      std::vector<W>(data.weights.begin(), data.weights.end()));
  return {[conv] { conv->run(); },
          [conv] {
            const std::vector<Y>& y = conv->result();
            return std::vector<std::int64_t>(y.begin(), y.end());
          }};
}

}  // namespace

std::vector<ConvPeer> onednn_convs() {
  omp_set_num_threads(1);
  return {{"oneDNN: u8 x s8 -> s32", false,
           [](const ConvData& data) {
             return onednn_conv<std::uint8_t, std::int8_t, std::int32_t>(data, data.unsigned_x);
           }},
          {"oneDNN: s8 x s8 -> s32", true,
           [](const ConvData& data) {
             return onednn_conv<std::int8_t, std::int8_t, std::int32_t>(data, data.signed_x);
           }},
          {"oneDNN: float32", false, [](const ConvData& data) {
             return onednn_conv<float, float, float>(data, data.unsigned_x);
           }}};
}

}  // namespace qfx::peers
