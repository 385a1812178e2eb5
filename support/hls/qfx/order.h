// How the elements of a tensor follow each other on its stream.
#ifndef QFX_ORDER_H_
#define QFX_ORDER_H_

namespace qfx {

enum Order {
  kPixels,   // beat = pixel, lane = channel: element lane * beats + beat of the tensor in C, H, W
             // order
  kElements  // neighbouring elements: element beat * lanes + lane
};

inline long element_index(Order order, long beats, long lanes, long beat, long lane) {
  return order == kPixels ? lane * beats + beat : beat * lanes + lane;
}

}  // namespace qfx

#endif  // QFX_ORDER_H_
