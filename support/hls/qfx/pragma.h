// Vendor pragmas that a plain C++ compiler does not see: QFX_HLS(PIPELINE II = 1) is
// "#pragma HLS PIPELINE II = 1" under synthesis and nothing elsewhere, so that g++ -Wall stays
// silent.
#ifndef QFX_PRAGMA_H_
#define QFX_PRAGMA_H_

#define QFX_PRAGMA_TEXT(text) _Pragma(#text)
#ifdef __SYNTHESIS__
#define QFX_HLS(...) QFX_PRAGMA_TEXT(HLS __VA_ARGS__)
#define QFX_LOOP(name) \
  name:
#else
#define QFX_HLS(...)
#define QFX_LOOP(name)
#endif

#endif  // QFX_PRAGMA_H_
