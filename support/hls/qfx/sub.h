// Two streams of one shape, formats of their own: the vendor's exact difference, one cast.
#ifndef QFX_SUB_H_
#define QFX_SUB_H_

#include "qfx/pairwise.h"

namespace qfx {

struct Minus {
  template <class OUT, class A, class B>
  static OUT result(const A& a, const B& b) {
    return assign<OUT>(a - b);
  }
};

template <int BEATS, class A, class B, class OUT, int C>
void sub(hls::stream<Pixel<A, C> >& a, hls::stream<Pixel<B, C> >& b,
         hls::stream<Pixel<OUT, C> >& out) {
  pairwise<BEATS, Minus>(a, b, out);
}

}  // namespace qfx

#endif  // QFX_SUB_H_
