#ifndef QFX_CONV2D_H_
#define QFX_CONV2D_H_

#include "qfx/multiply_accumulate.h"
#include "qfx/window.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int C, int M, class... TABLES>
void conv2d(Stream<Pixel<IN, C> >& in, Stream<Pixel<OUT, M> >& out, const TABLES&... tables) {
  window<CONFIG, MultiplyAccumulate>(out, in, tables...);
}

}  // namespace qfx

#endif  // QFX_CONV2D_H_
