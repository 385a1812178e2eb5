#ifndef QFX_GLOBAL_AVG_POOL2D_H_
#define QFX_GLOBAL_AVG_POOL2D_H_

#include "qfx/average.h"
#include "qfx/whole_image.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int C, int M, class... TABLES>
void global_avg_pool2d(Stream<Pixel<IN, C> >& in, Stream<Pixel<OUT, M> >& out,
                       const TABLES&... tables) {
  whole_image<CONFIG, Average>(out, in, tables...);
}

}  // namespace qfx

#endif  // QFX_GLOBAL_AVG_POOL2D_H_
