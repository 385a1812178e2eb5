// One window as large as the image: every pixel is taken as it arrives, and none is stored.
//
//   whole_image<CONFIG, REDUCER>(out, in, tables...)
//
// window.h says what a REDUCER is. CONFIG: in_beats, the pixels of the image.
#ifndef QFX_WHOLE_IMAGE_H_
#define QFX_WHOLE_IMAGE_H_

#include "qfx/pixel.h"
#include "qfx/raw.h"

namespace qfx {

// A pixel that has just arrived, as a tap.
template <class T, int C>
struct PixelTap {
  const Pixel<T, C>& pixel;

  typename OperandOf<T>::type operator[](int c) const {
    QFX_INLINE
    return operand_of(pixel.data[c]);
  }
};

QFX_PROCESS
template <class CONFIG, template <class, class, int> class REDUCER, class OUT, int M, class IN,
          int C, class... TABLES>
void whole_image(Stream<Pixel<OUT, M> >& out, Stream<Pixel<IN, C> >& in, const TABLES&... tables) {
  typedef REDUCER<CONFIG, IN, C> reducer_t;
  static_assert(reducer_t::blocks == 1 && reducer_t::parts == 1, "the pixels pass once");
  reducer_t reducer;
  reducer.clear(tables...);
  QFX_LOOP(PIXEL, PIPELINED)
  for (int beat = 0; beat < CONFIG::in_beats; ++beat) {
    QFX_BODY(PIPELINED)
    const Pixel<IN, C> pixel = in.read();
    const PixelTap<IN, C> tap = {pixel};
    reducer.take(tap, beat, 0, 0, tables...);
  }
  Pixel<OUT, M> result;
  reducer.give(result, tables...);
  out.write(result);
}

}  // namespace qfx

#endif  // QFX_WHOLE_IMAGE_H_
