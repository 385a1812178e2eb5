// The rows of an image that a sliding window still needs, and the window's place over them.
//
// The position (y, x) is the window's newest pixel, in image coordinates; it also walks over the
// padding, where nothing is stored. The window itself is never copied: tap(up, left) is the pixel
// `up` rows above and `left` columns left of the newest one in the line buffer, one pixel a cycle.
// A window of one row keeps no more of it than the window's own pixels.
//
// GEOMETRY gives in_height, in_width, padding_top, padding_left, padding_bottom, padding_right,
// stride_h, stride_w, reach_h, reach_w with reach = (kernel - 1) * dilation. OPERANDS is how a pixel is kept (operands.h).
#ifndef QFX_SLIDING_WINDOW_H_
#define QFX_SLIDING_WINDOW_H_

#include "qfx/vendor.h"

namespace qfx {

template <class GEOMETRY, class OPERANDS>
class SlidingWindow {
 public:
  typedef typename OPERANDS::type tap_t;

  SlidingWindow() {
    QFX_HLS(ARRAY_PARTITION variable = rows_ type = complete dim = 1)
    QFX_HLS(ARRAY_RESHAPE variable = rows_ type = complete dim = 3)
    QFX_HLS(BIND_STORAGE variable = rows_ type = ram_2p)
  }

  // Before the first row of an image.
  void start_image() {
    QFX_INLINE
    y_ = 0;
    x_ = 0;
    slot_ = (kRows - GEOMETRY::padding_top % kRows) % kRows;
    rows_to_wait_ = GEOMETRY::reach_h;
    columns_to_wait_ = 0;
    in_row_ = false;
    in_column_ = false;
  }

  // Enters row y, from -padding_top to in_height + padding_bottom - 1, in order.
  void start_row(int y) {
    QFX_INLINE
    if (y != -GEOMETRY::padding_top) {
      slot_ = slot_ == kRows - 1 ? 0 : slot_ + 1;
      rows_to_wait_ = rows_to_wait_ == 0 ? GEOMETRY::stride_h - 1 : rows_to_wait_ - 1;
    }
    y_ = y;
    in_row_ = y >= 0 && y < GEOMETRY::in_height;
  }

  // Enters column x of this row, from -padding_left to in_width + padding_right - 1, in order.
  void start_column(int x) {
    QFX_INLINE
    if (x == -GEOMETRY::padding_left) {
      columns_to_wait_ = GEOMETRY::reach_w;
      column_ = (kColumns - GEOMETRY::padding_left % kColumns) % kColumns;
    } else {
      columns_to_wait_ = columns_to_wait_ == 0 ? GEOMETRY::stride_w - 1 : columns_to_wait_ - 1;
      column_ = column_ == kColumns - 1 ? 0 : column_ + 1;
    }
    x_ = x;
    in_column_ = x >= 0 && x < GEOMETRY::in_width;
  }

  // The newest pixel is one of the image, not of the padding: it must be stored now.
  bool takes_pixel() const { return in_row_ && in_column_; }

  void store(const typename OPERANDS::pixel& pixel) {
    QFX_INLINE
    OPERANDS::store(rows_[slot_][kKeepsARow ? x_ : column_], pixel);
  }

  // The window is complete and on the stride: an output is due.
  bool is_due() const { return rows_to_wait_ == 0 && columns_to_wait_ == 0; }

  // The tap lies inside the image; elsewhere it is padding.
  bool covers(int up, int left) const {
    QFX_INLINE
    const int y = y_ - up;
    const int x = x_ - left;
    return y >= 0 && y < GEOMETRY::in_height && x >= 0 && x < GEOMETRY::in_width;
  }

  // A pixel that the image covers, as kept.
  const tap_t& tap(int up, int left) const {
    QFX_INLINE
    const int slot = slot_ - up;
    const int column = (kKeepsARow ? x_ : column_) - left;
    return rows_[slot < 0 ? slot + kRows : slot][column < 0 ? column + kColumns : column];
  }

 private:
  static const int kRows = GEOMETRY::reach_h + 1;
  static const bool kKeepsARow = kRows > 1 || GEOMETRY::reach_w + 1 >= GEOMETRY::in_width;
  static const int kColumns = kKeepsARow ? GEOMETRY::in_width : GEOMETRY::reach_w + 1;

  tap_t rows_[kRows][kColumns];
  int y_, x_;
  int slot_;             // of row y_ in the line buffer
  int column_;           // of column x_, where no whole row is kept
  int rows_to_wait_;     // until a row of outputs
  int columns_to_wait_;  // until an output of the row
  bool in_row_, in_column_;
};

}  // namespace qfx

#endif  // QFX_SLIDING_WINDOW_H_
