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
void write_tensor(const int32_t* raw, long beats, Order order,
                  PortStream<AxisBeat<WIDTH> >& stream) {
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
bool read_tensor(PortStream<AxisBeat<WIDTH> >& stream, long beats, Order order, int32_t* raw) {
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

// One side of a network, which tb/network.h describes.
template <class SIDE>
long elements_of() {
  return SIDE::beats * SIDE::beat::lanes;
}

// Takes the outputs of a network one behind the other.
class OutputReader {
 public:
  explicit OutputReader(int32_t* raw) : raw_(raw), ends_well_(true) {}

  template <class OUTPUT>
  void take(PortStream<typename OUTPUT::axis>& stream) {
    const bool ends_well = read_tensor<typename OUTPUT::beat, OUTPUT::container>(
        stream, OUTPUT::beats, OUTPUT::order, raw_);
    ends_well_ = ends_well_ && ends_well;
    raw_ += elements_of<OUTPUT>();
  }

  bool ends_well() const { return ends_well_; }

 private:
  int32_t* raw_;
  bool ends_well_;  // TLAST is where it should be
};

// One sample through a network: NETWORK is the class that tb/network.h describes, `out` has room
// for the values of all its outputs. False where a TLAST went astray.
template <class NETWORK>
bool run_sample(const int32_t* in, int32_t* out) {
  typedef typename NETWORK::input Input;
  PortStream<typename Input::axis> inputs;
  typename NETWORK::output_streams outputs;
  write_tensor<typename Input::beat, Input::container>(in, Input::beats, Input::order, inputs);
  NETWORK::run(inputs, outputs);
  OutputReader reader(out);
  NETWORK::visit(reader, outputs);
  return reader.ends_well();
}

}  // namespace qfx

#endif  // QFX_HOST_H_
