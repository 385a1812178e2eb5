#ifndef QFX_AVG_POOL2D_H_
#define QFX_AVG_POOL2D_H_

#include "qfx/average.h"
#include "qfx/window.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int C, int M, class... TABLES>
void avg_pool2d(Stream<Pixel<IN, C> >& in, Stream<Pixel<OUT, M> >& out, const TABLES&... tables) {
  window<CONFIG, Average>(out, in, tables...);
}

}  // namespace qfx

#endif  // QFX_AVG_POOL2D_H_
