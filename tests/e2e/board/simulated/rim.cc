// Hardware behind a simulated DMA (pynq.py says how they talk): a top with the AXI-Stream rim in
// Verilator, under a source and a sink that pause at random.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "Vrim.h"
#include "verilated.h"

namespace {

constexpr int kDone = 0, kWaiting = 1, kError = 2;
constexpr long kPatience = 200000;  // cycles without a handshake

// Any sequence will do that has no period in common with a frame.
struct Coin {
  std::uint32_t state = 1;
  bool toss() {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % 4 != 0;
  }
};

void cycle(Vrim& top) {
  top.aclk = 1;
  top.eval();
  top.aclk = 0;
  top.eval();
}

std::uint64_t beat_at(const std::vector<std::uint8_t>& bytes, std::size_t at, std::size_t size) {
  std::uint64_t beat = 0;
  for (std::size_t i = 0; i < size; ++i) beat |= std::uint64_t{bytes[at + i]} << (8 * i);
  return beat;
}

int transfer(Vrim& top, Coin& coin, const std::vector<std::uint8_t>& in, std::size_t capacity,
             std::vector<std::uint8_t>& out) {
  static const bool loses_tlast = std::getenv("QFX_LOSE_TLAST") != nullptr;
  std::size_t sent = 0;
  bool valid = false;
  for (long idle = 0; idle < kPatience; ++idle) {
    valid = valid || (sent < in.size() && coin.toss());  // once offered, it stays
    const bool ready = coin.toss();
    top.s_axis_tvalid = valid;
    top.s_axis_tdata = valid ? beat_at(in, sent, QFX_IN_BYTES) : 0;
    top.s_axis_tlast = valid && sent + QFX_IN_BYTES == in.size();
    top.m_axis_tready = ready;
    top.eval();
    const bool takes = valid && top.s_axis_tready, gives = ready && top.m_axis_tvalid;
    const std::uint64_t data = top.m_axis_tdata;
    const bool last = top.m_axis_tlast && !loses_tlast;
    cycle(top);
    if (takes) {
      sent += QFX_IN_BYTES;
      valid = false;
    }
    if (takes || gives) idle = 0;
    if (!gives) continue;
    for (int i = 0; i < QFX_OUT_BYTES; ++i)
      out.push_back(static_cast<std::uint8_t>(data >> (8 * i)));
    if (out.size() > capacity) return kError;
    if (last) return kDone;
  }
  return kWaiting;
}

bool read_all(void* data, std::size_t size) {
  return std::fread(data, 1, size, stdin) == size;
}

}  // namespace

int main() {
  const auto top = std::make_unique<Vrim>();
  top->aclk = 0;
  top->s_axis_tvalid = 0;
  top->m_axis_tready = 0;
  for (const int reset : {0, 1}) {
    top->aresetn = static_cast<std::uint8_t>(reset);
    for (int i = 0; i < 4; ++i) cycle(*top);
  }
  Coin coin;
  std::uint32_t lengths[2];
  while (read_all(lengths, sizeof lengths)) {
    std::vector<std::uint8_t> in(lengths[0]), out;
    if (!read_all(in.data(), in.size())) return 2;
    const std::uint32_t code =
        static_cast<std::uint32_t>(transfer(*top, coin, in, lengths[1], out));
    const std::uint32_t answer[2] = {code, static_cast<std::uint32_t>(out.size())};
    std::fwrite(answer, 1, sizeof answer, stdout);
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}
