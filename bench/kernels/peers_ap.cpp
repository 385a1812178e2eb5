// ap_types (Vitis HLS's simulation headers), as a C simulation runs them.
#include <ap_fixed.h>
#include <ap_int.h>

#include "peers_loops.h"

namespace qfx::peers {

std::vector<CastPeer> ap_casts() {
  using Target = ap_fixed<8, 8 - kFracBits, AP_RND, AP_SAT>;
  return {{"ap_fixed, a loop", 2, [](std::span<float> x, std::span<float> out) {
             return [x, out] {
               for (std::size_t i = 0; i < x.size(); ++i) out[i] = Target(x[i]).to_float();
             };
           }}};
}

// ap_int rather than ap_fixed: the same bits, and the faster of the two.
std::vector<ConvPeer> ap_convs() {
  return {
      {"ap_int, a loop: u8 x s8 -> 32 bits", false, loop_conv<ap_uint<8>, ap_int<8>, ap_int<32>>}};
}

}  // namespace qfx::peers
