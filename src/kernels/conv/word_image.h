// How an image lies in memory as words of several channels, so that each tap of a convolution is a
// shifted view of it.
//
// Note [Word images]. A word holds the values of `per_word` neighbouring channels at one pixel; a
// plane holds one such word of every pixel. Rows of a plane are `pitch` words apart, and an output
// pixel (y, x) is column y * pitch + x of the product: with that numbering a tap (ky, kx) of the
// kernel reads its words at a fixed distance, and a vector of columns runs on from row to row. What
// lands between two rows is computed and dropped.
//
// A stride s splits a plane into s phases a direction, each of the pixels s apart, so that
// neighbours of the output are neighbours in memory again. Without a stride the zeros right of a
// row are those left of the next one, where there are more of them with a few behind these.
//
// Where two share a word and a group has an odd number of channels, the last one is paired with its
// own right neighbour at the kernel's dilation: one word then serves two taps.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/kernels/int_conv.h"
#include "qfx/kernels/int_gemm.h"

namespace qfx::kernels {

// One number of a word of the product: which weight of a channel's {group_channels, taps} it meets;
// -1 where none does.
struct WordWeights {
  std::vector<std::int64_t> index;  // {per_word}
};

class WordImage {
 public:
  WordImage(const ConvShape& shape, int per_word);

  const ConvShape& shape() const { return shape_; }
  int per_word() const { return per_word_; }
  std::int64_t pitch() const { return pitch_; }
  // Words of one product, and where its rows begin in a group's image.
  std::int64_t depth() const { return static_cast<std::int64_t>(rows_.size()); }
  const std::vector<std::int64_t>& rows() const { return rows_; }
  const std::vector<WordWeights>& weights() const { return weights_; }
  // Of a group.
  std::int64_t planes() const { return planes_; }
  // Words of a group's image and of all of them.
  std::int64_t group_words() const { return planes_ * plane_words(); }
  std::int64_t words() const { return shape_.groups * group_words() + kColumnPad; }

  // Lays out an image. Each value is masked to 32 / per_word bits. `padding` is the word of a pixel
  // outside, and is XORed with every word.
  template <class In>
  void lay_out(const In* x, std::uint32_t padding, std::uint32_t* words) const;

 private:
  std::int64_t plane_words() const {
    return shape_.stride_height * shape_.stride_width * phase_words();
  }
  // Behind the last row lies its padding: the next plane's words left of its first row may hold a
  // neighbour.
  std::int64_t phase_words() const { return phase_height_ * pitch_ + shape_.pad_right; }
  void add_row(std::int64_t plane, std::int64_t ky, std::int64_t kx, WordWeights weights);

  // Adds a channel to the words of a plane, `shift` bits up, read `right` pixels further right.
  template <class In>
  void add_channel(const In* channel, std::int64_t plane, int shift, std::int64_t right,
                   std::uint32_t* words) const;

  ConvShape shape_;
  int per_word_;
  std::int64_t planes_ = 0;
  std::int64_t pitch_ = 0, phase_height_ = 0;
  bool has_neighbour_ = false;  // of the last channel
  std::vector<std::int64_t> rows_;
  std::vector<WordWeights> weights_;
};

// Weights {channels, taps} of one output channel as the words of A, `bits` a number.
void pack_word_weights(const WordImage& image, const std::int32_t* weights, int bits,
                       std::uint32_t* out);

// A rectangle of values and where each goes: word [i][j] takes value [i][j].
struct Rectangle {
  std::int64_t rows = 0, columns = 0;
  std::int64_t row_step = 0, column_step = 0;  // of the values
  std::int64_t pitch = 0;                      // of the words
};

// word ^= (value & mask) << shift
template <class In>
void mix_values(const In* x, const Rectangle& rectangle, std::uint32_t mask, int shift,
                std::uint32_t* words);

}  // namespace qfx::kernels
