// What the test bench and the replay program share: tensors of raw integers in C, H, W order into
// and out of streams. For simulation only.
#ifndef QFX_HOST_H_
#define QFX_HOST_H_

#include <stdint.h>

#include "qfx/order.h"
#include "qfx/pixel.h"
#include "qfx/raw.h"

namespace qfx {

template <class T, int C>
void write_tensor(const int32_t* raw, long beats, Order order, Stream<Pixel<T, C> >& stream) {
  for (long beat = 0; beat < beats; ++beat) {
    Pixel<T, C> pixel;
    for (int lane = 0; lane < C; ++lane) {
      pixel.data[lane] = from_raw<T>(raw[element_index(order, beats, C, beat, lane)]);
    }
    stream.write(pixel);
  }
}

template <class T, int C>
void read_tensor(Stream<Pixel<T, C> >& stream, long beats, Order order, int32_t* raw) {
  for (long beat = 0; beat < beats; ++beat) {
    const Pixel<T, C> pixel = stream.read();
    for (int lane = 0; lane < C; ++lane) {
      raw[element_index(order, beats, C, beat, lane)] =
          static_cast<int32_t>(raw_of(pixel.data[lane]).to_int64());
    }
  }
}

// One sample through a network: NETWORK is the class that tb/network.h describes.
template <class NETWORK>
void run_sample(const int32_t* in, int32_t* out) {
  Stream<typename NETWORK::input_beat> inputs;
  Stream<typename NETWORK::output_beat> outputs;
  write_tensor(in, NETWORK::input_beats, NETWORK::input_order, inputs);
  NETWORK::run(inputs, outputs);
  read_tensor(outputs, NETWORK::output_beats, NETWORK::output_order, out);
}

}  // namespace qfx

#endif  // QFX_HOST_H_
