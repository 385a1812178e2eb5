// The exact sum and difference of two numbers, whatever their formats, assigned to a third: the
// vendor's. In simulation they are machine words where those are wide enough, which gives the same
// bits (integer.h) and compiles faster.
#ifndef QFX_ALIGNED_H_
#define QFX_ALIGNED_H_

#include "qfx/raw.h"

namespace qfx {

// Of A and B on one grid.
template <class A, class B>
struct Aligned {
  static const int frac_bits =
      Traits<A>::frac_bits > Traits<B>::frac_bits ? Traits<A>::frac_bits : Traits<B>::frac_bits;
  static const int shift_a = frac_bits - Traits<A>::frac_bits;
  static const int shift_b = frac_bits - Traits<B>::frac_bits;
  static const int width_a = Traits<A>::width + shift_a, width_b = Traits<B>::width + shift_b;
  // A bit for a sign, and one for what is carried.
  static const int width = (width_a > width_b ? width_a : width_b) + 2;
};

template <class OUT, class A, class B, bool IS_WORD>
struct AlignedSum {
  static OUT sum(const A& a, const B& b) {
    QFX_INLINE
    return assign<OUT>(a + b);
  }
  static OUT difference(const A& a, const B& b) {
    QFX_INLINE
    return assign<OUT>(a - b);
  }
};

#ifndef QFX_EXACT_WIDTHS
template <class OUT, class A, class B>
struct AlignedSum<OUT, A, B, true> {
  typedef Aligned<A, B> aligned;
  typedef typename Sum<aligned::width>::type sum_t;

  static OUT sum(const A& a, const B& b) {
    return cast_sum<OUT, aligned::width, aligned::frac_bits>(first(a) + second(b));
  }
  static OUT difference(const A& a, const B& b) {
    return cast_sum<OUT, aligned::width, aligned::frac_bits>(first(a) - second(b));
  }

 private:
  static sum_t first(const A& a) { return static_cast<sum_t>(operand_of(a)) << aligned::shift_a; }
  static sum_t second(const B& b) { return static_cast<sum_t>(operand_of(b)) << aligned::shift_b; }
};
#endif

template <class OUT, class A, class B>
OUT assign_sum(const A& a, const B& b) {
  QFX_INLINE
  return AlignedSum<OUT, A, B, (Aligned<A, B>::width < 64)>::sum(a, b);
}

template <class OUT, class A, class B>
OUT assign_difference(const A& a, const B& b) {
  QFX_INLINE
  return AlignedSum<OUT, A, B, (Aligned<A, B>::width < 64)>::difference(a, b);
}

}  // namespace qfx

#endif  // QFX_ALIGNED_H_
