// Two streams of one shape, formats of their own: the vendor's exact sum, one cast.
#ifndef QFX_ADD_H_
#define QFX_ADD_H_

#include "qfx/pairwise.h"

namespace qfx {

struct Plus {
  template <class OUT, class A, class B>
  static OUT result(const A& a, const B& b) {
    return assign<OUT>(a + b);
  }
};

template <int BEATS, class A, class B, class OUT, int C>
void add(hls::stream<Pixel<A, C> >& a, hls::stream<Pixel<B, C> >& b,
         hls::stream<Pixel<OUT, C> >& out) {
  pairwise<BEATS, Plus>(a, b, out);
}

}  // namespace qfx

#endif  // QFX_ADD_H_
