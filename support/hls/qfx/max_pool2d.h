#ifndef QFX_MAX_POOL2D_H_
#define QFX_MAX_POOL2D_H_

#include "qfx/largest.h"
#include "qfx/window.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int C, int M, class... TABLES>
void max_pool2d(Stream<Pixel<IN, C> >& in, Stream<Pixel<OUT, M> >& out, const TABLES&... tables) {
  window<CONFIG, Largest>(out, in, tables...);
}

}  // namespace qfx

#endif  // QFX_MAX_POOL2D_H_
