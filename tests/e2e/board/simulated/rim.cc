// Hardware behind a simulated DMA (pynq.py says how they talk): a top with the AXI-Stream rim in
// Verilator, under a source and sinks that pause at random.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "Vrim.h"
#include "verilated.h"

namespace {

// An output's beats: so many bytes, of which Verilator holds the first in the lowest ones.
struct Output {
  std::size_t size;
  const void* tdata;
  CData &tvalid, &tready, &tlast;
};

#include "pins.h"  // kInBytes, and outputs_of(Vrim&)

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

// What came from an output so far.
struct Received {
  std::size_t capacity = 0;
  int outcome = kWaiting;
  std::vector<std::uint8_t> bytes;
};

void receive(const Output& output, Received& received) {
  static const bool loses_tlast = std::getenv("QFX_LOSE_TLAST") != nullptr;
  const std::size_t at = received.bytes.size();
  received.bytes.resize(at + output.size);
  std::memcpy(received.bytes.data() + at, output.tdata, output.size);
  if (received.bytes.size() > received.capacity)
    received.outcome = kError;
  else if (output.tlast != 0 && !loses_tlast)
    received.outcome = kDone;
}

bool all_have_ended(const std::vector<Received>& all) {
  for (const Received& received : all)
    if (received.outcome == kWaiting) return false;
  return true;
}

void transfer(Vrim& top, Coin& coin, const std::vector<std::uint8_t>& in,
              std::vector<Received>& all) {
  const std::vector<Output> outputs = outputs_of(top);
  std::size_t sent = 0;
  bool valid = false;
  for (long idle = 0; idle < kPatience && !all_have_ended(all); ++idle) {
    valid = valid || (sent < in.size() && coin.toss());  // once offered, it stays
    top.s_axis_tvalid = valid;
    if (valid) std::memcpy(&top.s_axis_tdata, in.data() + sent, kInBytes);
    top.s_axis_tlast = valid && sent + kInBytes == in.size();
    for (std::size_t i = 0; i < outputs.size(); ++i)
      outputs[i].tready = all[i].outcome == kWaiting && coin.toss();
    top.eval();
    const bool takes = valid && top.s_axis_tready;
    bool gives = false;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!outputs[i].tready || !outputs[i].tvalid) continue;
      gives = true;
      receive(outputs[i], all[i]);
    }
    cycle(top);
    if (takes) {
      sent += kInBytes;
      valid = false;
    }
    if (takes || gives) idle = 0;
  }
}

bool read_all(void* data, std::size_t size) {
  return std::fread(data, 1, size, stdin) == size;
}

}  // namespace

int main() {
  const auto top = std::make_unique<Vrim>();
  top->aclk = 0;
  top->s_axis_tvalid = 0;
  const std::size_t outputs = outputs_of(*top).size();
  for (const Output& output : outputs_of(*top)) output.tready = 0;
  for (const int reset : {0, 1}) {
    top->aresetn = static_cast<std::uint8_t>(reset);
    for (int i = 0; i < 4; ++i) cycle(*top);
  }
  Coin coin;
  std::vector<std::uint32_t> lengths(1 + outputs);
  while (read_all(lengths.data(), lengths.size() * sizeof lengths[0])) {
    std::vector<std::uint8_t> in(lengths[0]);
    if (!read_all(in.data(), in.size())) return 2;
    std::vector<Received> all(outputs);
    for (std::size_t i = 0; i < outputs; ++i) all[i].capacity = lengths[i + 1];
    transfer(*top, coin, in, all);
    for (const Received& received : all) {
      const std::uint32_t answer[2] = {static_cast<std::uint32_t>(received.outcome),
                                       static_cast<std::uint32_t>(received.bytes.size())};
      std::fwrite(answer, 1, sizeof answer, stdout);
      std::fwrite(received.bytes.data(), 1, received.bytes.size(), stdout);
    }
    std::fflush(stdout);
  }
  return 0;
}
