// One beat of a stream: all channels of one pixel, or a run of neighbouring elements of a vector.
#ifndef QFX_PIXEL_H_
#define QFX_PIXEL_H_

namespace qfx {

template <class T, int C>
struct Pixel {
  typedef T value_type;
  static const int lanes = C;
  T data[C];
};

template <class T, int C>
const int Pixel<T, C>::lanes;

}  // namespace qfx

#endif  // QFX_PIXEL_H_
