// ac_types (Catapult's simulation headers), as a C simulation runs them.
#include <ac_fixed.h>

#include "peers_loops.h"

namespace qfx::peers {

std::vector<CastPeer> ac_casts() {
  using Target = ac_fixed<8, 8 - kFracBits, true, AC_RND, AC_SAT>;
  return {{"ac_fixed, a loop", 2, [](std::span<float> x, std::span<float> out) {
             return [x, out] {
               for (std::size_t i = 0; i < x.size(); ++i)
                 out[i] = static_cast<float>(Target(static_cast<double>(x[i])).to_double());
             };
           }}};
}

std::vector<ConvPeer> ac_convs() {
  return {{"ac_int, a loop: u8 x s8 -> 32 bits", false,
           loop_conv<ac_int<8, false>, ac_int<8, true>, ac_int<32, true>>}};
}

}  // namespace qfx::peers
