// What the test bench and the replay program share: tensors of raw integers in C, H, W order into
// and out of streams. For simulation only.
#ifndef QFX_HOST_H_
#define QFX_HOST_H_

#include <stdint.h>

#include "qfx/axis.h"
#include "qfx/order.h"
#include "qfx/pixel.h"
#include "qfx/raw.h"

namespace qfx {

// CONTAINER: bits of an element on the AXI stream. PIXEL: a beat within the network.
template <class PIXEL, int CONTAINER, int WIDTH>
void write_tensor(const int32_t* raw, long beats, Order order, Stream<AxisBeat<WIDTH> >& stream) {
  const long elements = beats * PIXEL::lanes, lanes = WIDTH / CONTAINER;
  UInt<WIDTH> data = 0;
  for (long i = 0; i < elements; ++i) {
    const long at = element_index(order, beats, PIXEL::lanes, i / PIXEL::lanes, i % PIXEL::lanes);
    push_element<CONTAINER>(data, from_raw<typename PIXEL::value_type>(Int<32>(raw[at])));
    if ((i + 1) % lanes == 0) stream.write(axis_beat<WIDTH>(data, i + 1 == elements));
  }
}

// True where TLAST came with the last beat and with no other.
template <class PIXEL, int CONTAINER, int WIDTH>
bool read_tensor(Stream<AxisBeat<WIDTH> >& stream, long beats, Order order, int32_t* raw) {
  const long elements = beats * PIXEL::lanes, lanes = WIDTH / CONTAINER;
  bool ends_well = true;
  UInt<WIDTH> data = 0;
  for (long i = 0; i < elements; ++i) {
    if (i % lanes == 0) {
      const AxisBeat<WIDTH> beat = stream.read();
      data = beat.data;
      ends_well = ends_well && (beat.last != 0) == (i + lanes == elements);
    }
    const long at = element_index(order, beats, PIXEL::lanes, i / PIXEL::lanes, i % PIXEL::lanes);
    raw[at] = static_cast<int32_t>(
        raw_of(pop_element<typename PIXEL::value_type, CONTAINER>(data)).to_int64());
  }
  return ends_well;
}

// One sample through a network: NETWORK is the class that tb/network.h describes. False where TLAST
// went astray.
template <class NETWORK>
bool run_sample(const int32_t* in, int32_t* out) {
  Stream<typename NETWORK::input_axis> inputs;
  Stream<typename NETWORK::output_axis> outputs;
  write_tensor<typename NETWORK::input_beat, NETWORK::input_container>(
      in, NETWORK::input_beats, NETWORK::input_order, inputs);
  NETWORK::run(inputs, outputs);
  return read_tensor<typename NETWORK::output_beat, NETWORK::output_container>(
      outputs, NETWORK::output_beats, NETWORK::output_order, out);
}

}  // namespace qfx

#endif  // QFX_HOST_H_
