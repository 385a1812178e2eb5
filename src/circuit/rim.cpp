#include "qfx/circuit/rim.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "qfx/base/error.h"

namespace qfx::circuit {
namespace {

constexpr std::int64_t kLeastBeatBits = 8;

int element_width(const dataflow::Network& network, dataflow::StreamId stream) {
  return network.node(network.streams[stream].node).format.width;
}

}  // namespace

std::int64_t port_bits(std::int64_t lanes, int container) {
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(lanes * container)));
}

std::int64_t beat_lanes(std::int64_t elements, int element_width, std::int64_t interval,
                        std::int64_t axi_bits) {
  const int container = container_bits(element_width);
  const std::int64_t usual = std::min(kUsualBeatBits, axi_bits);
  std::int64_t lanes = 1;
  while (elements % (2 * lanes) == 0 && 2 * lanes * container <= usual) lanes *= 2;
  for (std::int64_t more = lanes + 1; elements / lanes > interval && more <= elements &&
                                      port_bits(more, container) <= axi_bits;
       ++more)
    if (elements % more == 0) lanes = more;
  return lanes;
}

std::int64_t beat_lanes(std::int64_t elements, int element_width) {
  return beat_lanes(elements, element_width, std::numeric_limits<std::int64_t>::max());
}

Rim::Rim(const dataflow::Network& network, std::int64_t axi_bits)
    : network_(network), axi_bits_(axi_bits) {
  if (axi_bits < kLeastBeatBits || axi_bits > kMostBeatBits ||
      !std::has_single_bit(static_cast<std::uint64_t>(axi_bits)))
    user_error(
        "the AXI ports may be {} bits wide; allowed are the powers of two from {} to {}, as a DMA "
        "has them",
        axi_bits, kLeastBeatBits, kMostBeatBits);
  const auto check = [&](dataflow::StreamId port) {
    const int container = container_bits(element_width(network, port));
    if (container <= axi_bits) return;
    user_error(
        "the AXI ports may be {} bits wide, but an element of '{}' travels in {}; give at least "
        "that",
        axi_bits, network.node(network.streams[port].node).name, container);
  };
  check(network.input);
  for (const dataflow::StreamId output : network.outputs) check(output);
}

std::int64_t Rim::lanes(dataflow::StreamId port, std::int64_t pace) const {
  return beat_lanes(network_.streams[port].layout.elements(), element_width(network_, port), pace,
                    axi_bits_);
}

std::int64_t Rim::pace(std::int64_t engines) const {
  const auto beats = [&](dataflow::StreamId port) {
    return network_.streams[port].layout.elements() / lanes(port, engines);
  };
  std::int64_t cycles = std::max(engines, beats(network_.input));
  for (const dataflow::StreamId output : network_.outputs)
    cycles = std::max(cycles, beats(output));
  return cycles;
}

}  // namespace qfx::circuit
