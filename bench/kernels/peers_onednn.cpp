// oneDNN's convolution: in the layout it chooses itself, from and to planes as our IntConv has
// them, and with the channels together, as our PixelConv has them.
#include <omp.h>
#include <string>

#include "kernels/onednn_conv.h"
#include "peers.h"

namespace qfx::peers {
namespace {

enum class Tensors : std::uint8_t { ITS_OWN, PLANES, CHANNELS_LAST };

template <typename X, typename W, typename Y, typename Bytes>
ConvRun onednn_conv(const ConvData& data, const std::vector<Bytes>& x, Tensors tensors) {
  auto conv = std::make_shared<OnednnConv<X, W, Y>>(
      data.shape, std::vector<X>(x.begin(), x.end()),
      std::vector<W>(data.weights.begin(), data.weights.end()),
      tensors == Tensors::CHANNELS_LAST ? OnednnLayout::CHANNELS_LAST : OnednnLayout::ITS_OWN);
  return {[conv, tensors] { tensors == Tensors::PLANES ? conv->run_from_planes() : conv->run(); },
          [conv] {
            const std::vector<Y>& y = conv->result();
            return std::vector<std::int64_t>(y.begin(), y.end());
          }};
}

std::vector<ConvPeer> bytes_convs(const std::string& name, Tensors tensors) {
  return {{name + ": u8 x s8 -> s32", false,
           [tensors](const ConvData& data) {
             return onednn_conv<std::uint8_t, std::int8_t, std::int32_t>(data, data.unsigned_x,
                                                                         tensors);
           }},
          {name + ": s8 x s8 -> s32", true, [tensors](const ConvData& data) {
             return onednn_conv<std::int8_t, std::int8_t, std::int32_t>(data, data.signed_x,
                                                                        tensors);
           }}};
}

}  // namespace

std::vector<ConvPeer> onednn_convs() {
  omp_set_num_threads(1);
  std::vector<ConvPeer> peers = bytes_convs("oneDNN", Tensors::ITS_OWN);
  for (const auto& more : {bytes_convs("oneDNN, from and to planes", Tensors::PLANES),
                           bytes_convs("oneDNN, channels last", Tensors::CHANNELS_LAST)})
    peers.insert(peers.end(), more.begin(), more.end());
  peers.push_back({"oneDNN: float32", false, [](const ConvData& data) {
                     return onednn_conv<float, float, float>(data, data.unsigned_x,
                                                             Tensors::ITS_OWN);
                   }});
  return peers;
}

}  // namespace qfx::peers
