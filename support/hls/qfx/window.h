// A window that slides over a stream of pixels: line buffer, one tap in `parts` cycles, one beat of
// the result for each place of the window.
//
//   window<CONFIG, REDUCER>(out, in, tables...)
//
// A REDUCER<CONFIG, IN, C> makes of the window's taps the lanes of one beat, in `blocks` groups of
// lanes one after the other:
//
//   operands                          how the window keeps a pixel (operands.h, bit_planes.h)
//   go_to(row, column)                which place of the window comes next
//   clear(tables...)                  before the first tap of a block
//   parts, simd                       steps that a tap takes, and channels of each
//   take(tap, index, part, first, tables...)
//                                     for each step of a tap that the image covers, taps in
//                                     row-major order; tap is the pixel as kept, index counts
//                                     the block's steps, those of the padding too; which part of
//                                     the tap it is, and its first channel within a group
//   give(result, tables...)           behind the last tap: the block's lanes of the result, cast
//   prepare(tables...)                what a vendor wants to know of the tables
//
// The reducers are multiply_accumulate.h, fractional_conv2d.h, largest.h, average.h and
// placed_average.h, and with sums that are rounded step by step stepwise_products.h,
// stepwise_average.h and stepwise_placed_average.h.
#ifndef QFX_WINDOW_H_
#define QFX_WINDOW_H_

#include "qfx/sliding_window.h"

namespace qfx {

QFX_PROCESS
template <class CONFIG, template <class, class, int> class REDUCER, class OUT, int M, class IN,
          int C, class... TABLES>
void window(Stream<Pixel<OUT, M> >& out, Stream<Pixel<IN, C> >& in, const TABLES&... tables) {
  typedef REDUCER<CONFIG, IN, C> reducer_t;
  reducer_t::prepare(tables...);
  QFX_BUFFER SlidingWindow<CONFIG, typename reducer_t::operands> sliding;
  sliding.start_image();
  int place_row = 0;
  QFX_LOOP(ROW, SEQUENTIAL)
  for (int y = -CONFIG::padding_top; y < CONFIG::in_height + CONFIG::padding_bottom; ++y) {
    sliding.start_row(y);
    int place_column = 0;
    QFX_LOOP(COLUMN, SEQUENTIAL)
    for (int x = -CONFIG::padding_left; x < CONFIG::in_width + CONFIG::padding_right; ++x) {
      sliding.start_column(x);
      if (sliding.takes_pixel()) sliding.store(in.read());
      if (!sliding.is_due()) continue;

      Pixel<OUT, M> result;
      reducer_t reducer;
      reducer.go_to(place_row, place_column);
      QFX_LOOP(BLOCK, SEQUENTIAL)
      for (int block = 0; block < reducer_t::blocks; ++block) {
        reducer.clear(tables...);
        int index = 0;
        QFX_LOOP(TAP_ROW, SEQUENTIAL)
        for (int up = CONFIG::reach_h; up >= 0; up -= CONFIG::dilation_h) {
          QFX_LOOP(TAP_COLUMN, SEQUENTIAL)
          for (int left = CONFIG::reach_w; left >= 0; left -= CONFIG::dilation_w) {
            QFX_LOOP(PART, PIPELINED)
            for (int part = 0, first = 0; part < reducer_t::parts;
                 ++part, first += reducer_t::simd) {
              QFX_BODY(PIPELINED)
              if (sliding.covers(up, left))
                reducer.take(sliding.tap(up, left), index, part, first, tables...);
              ++index;
            }
          }
        }
        reducer.give(result, tables...);
      }
      out.write(result);
      ++place_column;
    }
    if (place_column != 0) ++place_row;
  }
}

}  // namespace qfx

#endif  // QFX_WINDOW_H_
