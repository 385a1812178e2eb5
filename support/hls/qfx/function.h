// A function by table: the values are those of the destination already, there is no cast.
//
// Every lane reads the table in every cycle; the tool copies it as often as its ports demand.
#ifndef QFX_FUNCTION_H_
#define QFX_FUNCTION_H_

#include "hls_stream.h"

#include "qfx/pixel.h"
#include "qfx/table.h"

namespace qfx {

// CONFIG: beats, entries, entry_t. table[i] is the value of the i-th raw value from the smallest.
template <class CONFIG, class IN, class OUT, int C>
void function(hls::stream<Pixel<IN, C> >& in, hls::stream<Pixel<OUT, C> >& out,
              const typename CONFIG::entry_t table[CONFIG::entries]) {
  static_assert(CONFIG::entries == 1 << Traits<IN>::width, "an entry for every value");
  QFX_LOOP(BEAT)
  for (int beat = 0; beat < CONFIG::beats; ++beat) {
    QFX_HLS(PIPELINE II = 1 style = flp)
    const Pixel<IN, C> pixel = in.read();
    Pixel<OUT, C> result;
    QFX_LOOP(CHANNEL)
    for (int c = 0; c < C; ++c) {
      QFX_HLS(UNROLL)
      result.data[c] = from_raw<OUT>(table[table_index(pixel.data[c])]);
    }
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_FUNCTION_H_
