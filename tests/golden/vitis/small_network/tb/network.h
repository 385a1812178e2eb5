// What the test bench and the replay program know of small_network.
#ifndef QFX_small_network_NETWORK_H_
#define QFX_small_network_NETWORK_H_

#include "small_network.h"
#include "qfx/order.h"

namespace small_network_net {

struct network {
  struct input {
    typedef ::small_network_net::input_beat beat;
    static const long beats = 36;
    static const qfx::Order order = qfx::kPixels;
    typedef ::small_network_net::input_axis axis;
    static const int container = 8;
  };
  struct output_0 {
    typedef ::small_network_net::dense_beat beat;
    static const long beats = 1;
    static const qfx::Order order = qfx::kElements;
    typedef ::small_network_net::output_axis axis;
    static const int container = 8;
    static const char* name() { return "dense"; }
    // In C, H, W order; returns its rank.
    static int shape(long* shape) {
      shape[0] = 3;
      return 1;
    }
  };
  // The values of all outputs, of a sample.
  static const long output_size = 3;
  struct output_streams {
    hls::stream<output_0::axis> out_0;
  };
  static void run(hls::stream<input::axis>& in, output_streams& outputs) { small_network(in, outputs.out_0); }
  // each.take<output_0>(its stream), and so on.
  template <class EACH>
  static void visit(EACH& each, output_streams& outputs) {
    each.template take<output_0>(outputs.out_0);
  }
};

}  // namespace small_network_net

#endif  // QFX_small_network_NETWORK_H_
