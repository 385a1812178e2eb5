// Vitis HLS under the names that the layers use. vendor/ac states the same for Catapult; no other
// header knows a vendor.
//
//   PortStream<T>           a FIFO: read(), write(value), empty(), size()
//   Stream<T>               the same between two processes; queue.h with QFX_PLAIN_STREAMS
//   Int<W>, UInt<W>         integers of any width, signed and unsigned
//   Fixed<W, I>             a signed fixed-point number that truncates and wraps
//   Traits<T>               what a fixed-point type is made of; `whole` is the same type without
//                           fraction bits
//   raw_of, from_raw<T>     reinterpret, never convert: a number is raw * 2^-(W - I)
//   assign<TO>(value)       the vendor's own conversion, with the modes that TO carries
//   AxisBeat<W>             a beat of an AXI stream: data, an UInt<W>, and last, its TLAST
//   axis_beat<W>(d, last)   one of these
//   QFX_PROCESS             before a function that is a process of its own
//   QFX_LOOP(NAME, HOW)     before a loop: its label, and what the vendor wants to read there
//   QFX_BODY(HOW)           the first line of its body: what the vendor wants to read there
//                           HOW: PIPELINED, FREE_RUNNING (pipelined, and running on while the
//                           input waits), UNROLLED, or SEQUENTIAL, which says nothing
//   QFX_INLINE              the first line of a function that is no module of its own
//   QFX_HLS(...)            another pragma of Vitis HLS
//   QFX_TOP                 before the top function
//   QFX_SHARED              before a function that many layers call: simulation compiles it once
//   QFX_BUFFER              before a local array that may be too large for a program's stack, in
//                           which simulation therefore does not put it; what it held is undefined
//
// Outside synthesis the other macros are nothing, so that g++ -Wall stays silent.
#ifndef QFX_VENDOR_H_
#define QFX_VENDOR_H_

#include "ap_fixed.h"
#include "ap_int.h"
#include "hls_stream.h"

#ifdef QFX_PLAIN_STREAMS
#include "qfx/queue.h"
#endif

// Vitis HLS makes TDATA, TKEEP, TSTRB and TLAST of the vendor's own type and of no other. Where
// headers without it are at hand, which is in simulation, one with the same members stands in.
#ifdef __has_include
#if __has_include("ap_axi_sdata.h")
#include "ap_axi_sdata.h"
#define QFX_VENDOR_AXIS
#endif
#endif

#ifdef __SYNTHESIS__
#define QFX_PRAGMA_TEXT(text) _Pragma(#text)
#define QFX_HLS(...) QFX_PRAGMA_TEXT(HLS __VA_ARGS__)
#define QFX_LOOP(name, how) \
  name:
#define QFX_BODY(how) QFX_BODY_##how
#define QFX_BODY_SEQUENTIAL
#define QFX_BODY_PIPELINED _Pragma("HLS PIPELINE II = 1")
#define QFX_BODY_FREE_RUNNING _Pragma("HLS PIPELINE II = 1 style = flp")
#define QFX_BODY_UNROLLED _Pragma("HLS UNROLL")
#define QFX_INLINE _Pragma("HLS INLINE")  // the vendor's headers have a macro INLINE
#define QFX_BUFFER
#else
#define QFX_BUFFER static thread_local
#define QFX_INLINE
#define QFX_HLS(...)
#define QFX_LOOP(name, how)
#define QFX_BODY(how)
#endif
#define QFX_PROCESS
#if defined(__GNUC__) && !defined(__SYNTHESIS__)
#define QFX_SHARED __attribute__((noinline))
#else
#define QFX_SHARED
#endif

// The top function is a list of calls, and streams that are constructed and destructed in it: g++
// takes a sixth of a residual network's time to optimise it, for nothing.
#if defined(__GNUC__) && !defined(__clang__) && !defined(__SYNTHESIS__)
#define QFX_TOP __attribute__((optimize("O0")))
#else
#define QFX_TOP
#endif

namespace qfx {

template <class T>
using PortStream = hls::stream<T>;
#ifdef QFX_PLAIN_STREAMS
template <class T>
using Stream = Queue<T>;
#else
template <class T>
using Stream = hls::stream<T>;
#endif
template <int W>
using Int = ap_int<W>;
template <int W>
using UInt = ap_uint<W>;
template <int W, int I>
using Fixed = ap_fixed<W, I>;

#ifdef QFX_VENDOR_AXIS
template <int W>
using AxisBeat = ap_axiu<W, 0, 0, 0>;
#else
template <int W>
struct AxisBeat {
  ap_uint<W> data;
  ap_uint<W / 8> keep, strb;
  ap_uint<1> last;
};
#endif

template <int W>
AxisBeat<W> axis_beat(const UInt<W>& data, bool last) {
  QFX_INLINE
  AxisBeat<W> beat;
  beat.data = data;
  beat.keep = -1;
  beat.strb = -1;
  beat.last = last;
  return beat;
}

template <class T>
struct Traits;
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct Traits<ap_fixed<W, I, Q, O, N> > {
  static const int width = W;
  static const int frac_bits = W - I;
  static const bool is_signed = true;
  typedef Int<W> raw;
  typedef ap_fixed<W, W, Q, O, N> whole;
};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct Traits<ap_ufixed<W, I, Q, O, N> > {
  static const int width = W;
  static const int frac_bits = W - I;
  static const bool is_signed = false;
  typedef UInt<W> raw;
  typedef ap_ufixed<W, W, Q, O, N> whole;
};

// In simulation the bits are copied: a range of bits of an ap_fixed takes most of the time that a
// layer takes.
template <class T>
typename Traits<T>::raw raw_of(const T& value) {
  QFX_INLINE
#ifdef __SYNTHESIS__
  typename Traits<T>::raw raw = value.range(Traits<T>::width - 1, 0);
#else
  typename Traits<T>::raw raw;
  raw.V = value.V;
#endif
  return raw;
}

template <class T, class INTEGER>
T from_raw(const INTEGER& raw) {
  QFX_INLINE
  const typename Traits<T>::raw bits = raw;
  T value;
#ifdef __SYNTHESIS__
  value.range(Traits<T>::width - 1, 0) = bits;
#else
  value.V = bits.V;
#endif
  return value;
}

// The value goes by way of a type with the default modes: a destination with modes then always
// converts, also where the formats are the same. That type is at least as wide as the bits that are
// dropped, because the vendor's conversion reads the highest of them from the source and asserts
// that it is there.
template <class TO, int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
TO assign(const ap_fixed_base<W, I, S, Q, O, N>& value) {
  QFX_INLINE
  static const int kDropped = (W - I) - Traits<TO>::frac_bits;
  static const int kWidth = kDropped > W ? kDropped : W;
  const ap_fixed_base<kWidth, kWidth - (W - I), S> exact = value;
  const TO result = exact;
  return result;
}

}  // namespace qfx

#endif  // QFX_VENDOR_H_
