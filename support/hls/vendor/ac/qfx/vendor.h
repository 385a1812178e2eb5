// Catapult under the names that the layers use; vendor/ap says what each means.
//
// Catapult reads a loop's pragmas before the loop and not in its body, makes a block of a function
// that says so, and keeps arrays in registers or memories as its directives say: no pragma of Vitis
// HLS about an array has a counterpart in the code, and functions are inlined anyway.
#ifndef QFX_VENDOR_H_
#define QFX_VENDOR_H_

#include "ac_channel.h"
#include "ac_fixed.h"
#include "ac_int.h"

#ifdef QFX_PLAIN_STREAMS
#include "qfx/queue.h"
#endif

#ifdef __SYNTHESIS__
#define QFX_PROCESS _Pragma("hls_design block")
#define QFX_LOOP(name, how) QFX_LOOP_##how name:
#define QFX_LOOP_SEQUENTIAL
#define QFX_LOOP_PIPELINED _Pragma("hls_pipeline_init_interval 1")
#define QFX_LOOP_FREE_RUNNING \
  _Pragma("hls_pipeline_init_interval 1") _Pragma("hls_pipeline_stall_mode flush")
#define QFX_LOOP_UNROLLED _Pragma("hls_unroll yes")
#define QFX_BUFFER
#else
#define QFX_BUFFER static thread_local
#define QFX_PROCESS
#define QFX_LOOP(name, how)
#endif
#if defined(__GNUC__) && !defined(__SYNTHESIS__)
#define QFX_SHARED __attribute__((noinline))
#else
#define QFX_SHARED
#endif
#define QFX_BODY(how)
#define QFX_INLINE
#define QFX_HLS(...)

namespace qfx {

template <class T>
using PortStream = ac_channel<T>;
#ifdef QFX_PLAIN_STREAMS
template <class T>
using Stream = Queue<T>;
#else
template <class T>
using Stream = ac_channel<T>;
#endif
template <int W>
using Int = ac_int<W, true>;
template <int W>
using UInt = ac_int<W, false>;
template <int W, int I>
using Fixed = ac_fixed<W, I, true>;

// A wait port carries them side by side, data in the lower bits.
template <int W>
struct AxisBeat {
  ac_int<W, false> data;
  bool last;
};

template <int W>
AxisBeat<W> axis_beat(const UInt<W>& data, bool last) {
  AxisBeat<W> beat;
  beat.data = data;
  beat.last = last;
  return beat;
}

template <class T>
struct Traits;
template <int W, int I, bool S, ac_q_mode Q, ac_o_mode O>
struct Traits<ac_fixed<W, I, S, Q, O> > {
  static const int width = W;
  static const int frac_bits = W - I;
  static const bool is_signed = S;
  typedef ac_int<W, S> raw;
  typedef ac_fixed<W, W, S, Q, O> whole;
};

template <class T>
typename Traits<T>::raw raw_of(const T& value) {
  return value.template slc<Traits<T>::width>(0);
}

template <class T, class INTEGER>
T from_raw(const INTEGER& raw) {
  const typename Traits<T>::raw bits = raw;
  T value;
  value.set_slc(0, bits);
  return value;
}

// The value goes by way of a type with the default modes: a destination with modes then always
// converts, also where the formats are the same. That type has at least the destination's fraction
// bits and is at least as wide as the bits that are dropped: the vendor's conversion reads memory
// in front of a source that it shifts far to the left, and behind one that it shifts far to the
// right.
template <class TO, int W, int I, bool S, ac_q_mode Q, ac_o_mode O>
TO assign(const ac_fixed<W, I, S, Q, O>& value) {
  static const int kDropped = (W - I) - Traits<TO>::frac_bits;
  static const int kWidth = kDropped > W ? kDropped : kDropped < 0 ? W - kDropped : W;
  static const int kFracBits = kDropped < 0 ? Traits<TO>::frac_bits : W - I;
  const ac_fixed<kWidth, kWidth - kFracBits, S> exact = value;
  const TO result = exact;
  return result;
}

}  // namespace qfx

#endif  // QFX_VENDOR_H_
