// What the test bench and the replay program know of small_network.
#ifndef QFX_small_network_NETWORK_H_
#define QFX_small_network_NETWORK_H_

#include "small_network.h"
#include "qfx/order.h"

namespace small_network_net {

struct network {
  typedef ::small_network_net::input_beat input_beat;
  static const long input_beats = 36;
  static const qfx::Order input_order = qfx::kPixels;
  typedef ::small_network_net::input_axis input_axis;
  static const int input_container = 8;
  typedef ::small_network_net::dense_beat output_beat;
  static const long output_beats = 1;
  static const qfx::Order output_order = qfx::kElements;
  typedef ::small_network_net::output_axis output_axis;
  static const int output_container = 8;
  // Of the result, in C, H, W order; returns its rank.
  static int output_shape(long* shape) {
    shape[0] = 3;
    return 1;
  }
  static void run(hls::stream<input_axis>& in, hls::stream<output_axis>& out) { small_network(in, out); }
};

}  // namespace small_network_net

#endif  // QFX_small_network_NETWORK_H_
