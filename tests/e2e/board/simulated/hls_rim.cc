// Hardware behind a simulated DMA (pynq.py says how they talk): the exported C++ top, a call a
// frame. What beats it takes and gives is all that the two sides share.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "network.h"

#include "qfx/host.h"

namespace {

using Network = QFX_SPACE::network;
constexpr int kInBytes = QFX_IN_BYTES, kOutBytes = QFX_OUT_BYTES;
constexpr std::uint32_t kDone = 0, kWaiting = 1, kError = 2;

bool read_all(void* data, std::size_t size) {
  return std::fread(data, 1, size, stdin) == size;
}

std::uint32_t transfer(const std::vector<std::uint8_t>& in, std::size_t capacity,
                       std::vector<std::uint8_t>& out) {
  hls::stream<Network::input::axis> s_axis;
  Network::output_streams outputs;
  hls::stream<Network::output_0::axis>& m_axis = outputs.out_0;
  for (std::size_t at = 0; at < in.size(); at += kInBytes) {
    std::uint64_t data = 0;
    for (int i = 0; i < kInBytes; ++i) data |= std::uint64_t{in[at + i]} << (8 * i);
    s_axis.write(qfx::axis_beat<8 * kInBytes>(data, at + kInBytes == in.size()));
  }
  while (!s_axis.empty()) Network::run(s_axis, outputs);
  while (!m_axis.empty()) {
    const Network::output_0::axis beat = m_axis.read();
    const std::uint64_t data = beat.data.to_uint64();
    for (int i = 0; i < kOutBytes; ++i) out.push_back(static_cast<std::uint8_t>(data >> (8 * i)));
    if (out.size() > capacity) return kError;
    if (beat.last != 0) return kDone;
  }
  return kWaiting;
}

}  // namespace

int main() {
  std::uint32_t lengths[2];
  while (read_all(lengths, sizeof lengths)) {
    std::vector<std::uint8_t> in(lengths[0]), out;
    if (!read_all(in.data(), in.size())) return 2;
    const std::uint32_t code = transfer(in, lengths[1], out);
    const std::uint32_t answer[2] = {code, static_cast<std::uint32_t>(out.size())};
    std::fwrite(answer, 1, sizeof answer, stdout);
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}
