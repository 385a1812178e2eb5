// Convolution of a stream of pixels: line buffer, one tap a cycle, CONFIG::parallelism output
// channels at a time, an exact sum and one cast.
//
// The sum of channel o has the binary point of its weights; `shift[o]` aligns it to the finest grid
// of the layer, on which `bias[o]` already lies. weight[o][tap][i]: taps in row-major order of the
// kernel, i within the group.
#ifndef QFX_CONV2D_H_
#define QFX_CONV2D_H_

#include "hls_stream.h"

#include "qfx/sliding_window.h"

namespace qfx {

// Which input channels an output channel reads: `first_input` and the group_channels - 1 behind it.
template <class CONFIG>
struct GroupCursor {
  int first_input;
  int output;  // within the group
  GroupCursor() : first_input(0), output(0) {}
  void next() {
    QFX_HLS(INLINE)
    if (++output == CONFIG::out_channels / CONFIG::groups) {
      output = 0;
      first_input += CONFIG::group_channels;
    }
  }
};

template <class CONFIG, class IN, class OUT, int C>
void conv2d(hls::stream<Pixel<IN, C> >& in, hls::stream<Pixel<OUT, CONFIG::out_channels> >& out,
            const typename CONFIG::weight_t weight[CONFIG::out_channels][CONFIG::taps]
                                                  [CONFIG::group_channels],
            const signed char shift[CONFIG::out_channels],
            const typename CONFIG::bias_t bias[CONFIG::out_channels]) {
  static_assert(CONFIG::out_channels % CONFIG::parallelism == 0,
                "parallelism must divide the number of output channels");
  typedef typename Sum<CONFIG::sum_width>::type sum_t;
  QFX_HLS(ARRAY_RESHAPE variable = weight type = complete dim = 3)
  QFX_HLS(ARRAY_RESHAPE variable = weight type = cyclic factor = CONFIG::parallelism dim = 1)

  SlidingWindow<CONFIG, IN, C> window;
  QFX_LOOP(ROW)
  for (int y = -CONFIG::padding_h; y < CONFIG::in_height + CONFIG::padding_h; ++y) {
    window.start_row(y);
    QFX_LOOP(COLUMN)
    for (int x = -CONFIG::padding_w; x < CONFIG::in_width + CONFIG::padding_w; ++x) {
      window.start_column(x);
      if (window.takes_pixel()) window.store(in.read());
      if (!window.is_due()) continue;

      Pixel<OUT, CONFIG::out_channels> result;
      GroupCursor<CONFIG> block_start;
      QFX_LOOP(BLOCK)
      for (int first = 0; first < CONFIG::out_channels; first += CONFIG::parallelism) {
        sum_t sums[CONFIG::parallelism];
        QFX_HLS(ARRAY_PARTITION variable = sums type = complete)
        QFX_LOOP(CLEAR)
        for (int p = 0; p < CONFIG::parallelism; ++p) {
          QFX_HLS(UNROLL)
          sums[p] = 0;
        }
        int tap = 0;
        QFX_LOOP(TAP_ROW)
        for (int up = CONFIG::reach_h; up >= 0; up -= CONFIG::dilation_h) {
          QFX_LOOP(TAP_COLUMN)
          for (int left = CONFIG::reach_w; left >= 0; left -= CONFIG::dilation_w) {
            QFX_HLS(PIPELINE II = 1)
            if (window.covers(up, left)) {
              GroupCursor<CONFIG> cursor = block_start;
              QFX_LOOP(OUTPUT)
              for (int p = 0; p < CONFIG::parallelism; ++p) {
                QFX_HLS(UNROLL)
                sum_t sum = sums[p];
                QFX_LOOP(INPUT)
                for (int i = 0; i < CONFIG::group_channels; ++i) {
                  QFX_HLS(UNROLL)
                  CONFIG::product::accumulate(sum, window.tap(up, left, cursor.first_input + i),
                                              weight[first + p][tap][i]);
                }
                sums[p] = sum;
                cursor.next();
              }
            }
            ++tap;
          }
        }
        QFX_LOOP(CAST)
        for (int p = 0; p < CONFIG::parallelism; ++p) {
          QFX_HLS(UNROLL)
          sum_t sum = sums[p];
          sum <<= shift[first + p];
          sum += bias[first + p];
          result.data[first + p] = cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits>(sum);
          block_start.next();
        }
      }
      out.write(result);
    }
  }
}

}  // namespace qfx

#endif  // QFX_CONV2D_H_
