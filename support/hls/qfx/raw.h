// From a number to the integer behind it, and by one assignment to a layer's output.
//
// Numbers are reinterpreted, never converted, until the one assignment to the destination type:
// that assignment is the vendor's own conversion with the modes the type carries.
#ifndef QFX_RAW_H_
#define QFX_RAW_H_

#include "qfx/integer.h"
#include "qfx/vendor.h"

namespace qfx {

// As a factor of a product.
template <class T>
struct OperandOf : Operand<Traits<T>::width, Traits<T>::is_signed> {};

template <class T>
typename OperandOf<T>::type operand_of(const T& value) {
  QFX_INLINE
#ifdef QFX_EXACT_WIDTHS
  return raw_of(value);
#else
  return static_cast<typename OperandOf<T>::type>(raw_of(value).to_int64());
#endif
}

#ifndef QFX_EXACT_WIDTHS

// In simulation a conversion is compiled once for all formats that are the same but for their
// binary points: where they lie relative to each other is all that counts. What is cast is a
// machine word, in a type of few widths.

template <int WIDTH>
struct WordWidth {
  static const int value = WIDTH <= 40 ? 40 : 64;
};

// word * 2^-DROPPED, assigned to a type without fraction bits: the vendor's conversion.
template <class WHOLE, int WIDTH, int DROPPED>
QFX_SHARED typename Traits<WHOLE>::raw cast_word(int64_t word) {
  return raw_of(assign<WHOLE>(from_raw<Fixed<WIDTH, WIDTH - DROPPED> >(word)));
}

// An integer, machine's or vendor's, as the low bits of a word.
template <class INTEGER>
int64_t word_of(const INTEGER& raw) {
  return raw.to_int64();
}
inline int64_t word_of(int8_t raw) {
  return raw;
}
inline int64_t word_of(uint8_t raw) {
  return raw;
}
inline int64_t word_of(int16_t raw) {
  return raw;
}
inline int64_t word_of(uint16_t raw) {
  return raw;
}
inline int64_t word_of(int32_t raw) {
  return raw;
}
inline int64_t word_of(uint32_t raw) {
  return raw;
}
inline int64_t word_of(int64_t raw) {
  return raw;
}
inline int64_t word_of(uint64_t raw) {
  return static_cast<int64_t>(raw);
}

// The low WIDTH bits as a number.
template <int WIDTH, bool IS_SIGNED>
int64_t reduced(int64_t word) {
  const uint64_t top = static_cast<uint64_t>(word) << (64 - WIDTH);
  return IS_SIGNED ? static_cast<int64_t>(top) >> (64 - WIDTH)
                   : static_cast<int64_t>(top >> (64 - WIDTH));
}

// FROM's raw values fit a signed word.
template <class TO, class FROM, bool IS_WORD>
struct Conversion {
  template <class INTEGER>
  static TO of(const INTEGER& raw) {
    return assign<TO>(from_raw<FROM>(raw));
  }
};
template <class TO, class FROM>
struct Conversion<TO, FROM, true> {
  template <class INTEGER>
  static TO of(const INTEGER& raw) {
    typedef Traits<FROM> from;
    return from_raw<TO>(cast_word<typename Traits<TO>::whole, WordWidth<from::width + 1>::value,
                                  from::frac_bits - Traits<TO>::frac_bits>(
        reduced<from::width, from::is_signed>(word_of(raw))));
  }
};

#endif

// `raw` in the format of FROM, assigned to TO: the one cast of a layer.
template <class TO, class FROM, class INTEGER>
TO convert(const INTEGER& raw) {
  QFX_INLINE
#ifdef QFX_EXACT_WIDTHS
  return assign<TO>(from_raw<FROM>(raw));
#else
  return Conversion<TO, FROM, (Traits<FROM>::width < 64)>::of(raw);
#endif
}

// A sum of WIDTH bits with FRAC_BITS fraction bits, assigned to TO.
template <class TO, int WIDTH, int FRAC_BITS, class SUM>
TO cast_sum(const SUM& sum) {
  QFX_INLINE
  return convert<TO, Fixed<WIDTH, WIDTH - FRAC_BITS> >(sum);
}

}  // namespace qfx

#endif  // QFX_RAW_H_
