// The number format and the stream of every tensor.
#ifndef QFX_small_network_TYPES_H_
#define QFX_small_network_TYPES_H_

#include "ac_channel.h"
#include "ac_fixed.h"
#include "qfx/pixel.h"
#include "qfx/vendor.h"

namespace small_network_net {

// input: input [1, 6, 6]
typedef ac_fixed<8, 4, false, AC_RND, AC_SAT> input_t;
typedef qfx::Pixel<input_t, 1> input_beat;
// conv1: conv2d [2, 6, 6]
typedef ac_fixed<8, 4, true, AC_RND, AC_SAT> conv1_t;
typedef qfx::Pixel<conv1_t, 2> conv1_beat;
// bn1: batch_norm [2, 6, 6]
typedef ac_fixed<8, 4, true, AC_RND, AC_SAT> bn1_t;
typedef qfx::Pixel<bn1_t, 2> bn1_beat;
// relu1: relu [2, 6, 6]
typedef ac_fixed<8, 4, false, AC_RND, AC_SAT> relu1_t;
typedef qfx::Pixel<relu1_t, 2> relu1_beat;
// conv2: conv2d [2, 6, 6]
typedef ac_fixed<8, 4, true, AC_RND, AC_SAT> conv2_t;
typedef qfx::Pixel<conv2_t, 2> conv2_beat;
// add: add [2, 6, 6]
typedef ac_fixed<8, 4, true, AC_RND, AC_SAT> add_t;
typedef qfx::Pixel<add_t, 2> add_beat;
// pool: avg_pool2d [2, 2, 2]
typedef ac_fixed<8, 4, true, AC_RND, AC_SAT> pool_t;
typedef qfx::Pixel<pool_t, 2> pool_beat;
// dense: linear [3]
typedef ac_fixed<8, 4, true, AC_RND, AC_SAT> dense_t;
typedef qfx::Pixel<dense_t, 3> dense_beat;

// The top's streams.
typedef qfx::AxisBeat<32> input_axis;
typedef qfx::AxisBeat<8> output_axis;

}  // namespace small_network_net

#endif  // QFX_small_network_TYPES_H_
