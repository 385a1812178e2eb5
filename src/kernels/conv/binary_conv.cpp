#include <algorithm>

#include "kernels/conv/blocks.h"
#include "kernels/conv/word_image.h"

#include "qfx/base/error.h"
#include "qfx/kernels/int_conv.h"
#include "qfx/kernels/int_gemm.h"

namespace qfx::kernels {
namespace {

constexpr int kChannelsPerWord = 32;
constexpr std::int64_t kAlignment = 64;

// The kernel's taps first <= k < last that lie inside the image, for an output coordinate.
struct Inside {
  std::int64_t first, last;
};

Inside inside(std::int64_t out, std::int64_t stride, std::int64_t pad, std::int64_t dilation,
              std::int64_t kernel, std::int64_t size) {
  const std::int64_t start = out * stride - pad;
  Inside taps{0, kernel};
  while (taps.first < kernel && start + taps.first * dilation < 0) ++taps.first;
  while (taps.last > taps.first && start + (taps.last - 1) * dilation >= size) --taps.last;
  return taps;
}

}  // namespace

struct BinaryConv::Impl {
  Impl(const ConvShape& shape, std::span<const std::int32_t> weights)
      : image(shape, kChannelsPerWord), blocks(image) {
    const std::int64_t size = shape.group_channels() * shape.taps();
    QFX_ASSERT(std::ssize(weights) == shape.out_channels * size);
    QFX_ASSERT(std::all_of(weights.begin(), weights.end(),
                           [](std::int32_t w) { return w == 1 || w == -1; }));
    std::vector<std::int32_t> bits(weights.size());
    std::transform(weights.begin(), weights.end(), bits.begin(),
                   [](std::int32_t w) { return w < 0 ? 1 : 0; });
    packed.resize(shape.out_channels * image.depth());
    for (std::int64_t c = 0; c < shape.out_channels; ++c) {
      pack_word_weights(image, bits.data() + c * size, 1, packed.data() + c * image.depth());
      add_tap_sums(weights.data() + c * size);
    }
    for (std::int64_t y = 0; y < shape.out_height(); ++y)
      rows.push_back(inside(y, shape.stride_height, shape.pad_height, shape.dilation_height,
                            shape.kernel_height, shape.height));
    for (std::int64_t x = 0; x < shape.out_width(); ++x)
      columns.push_back(inside(x, shape.stride_width, shape.pad_width, shape.dilation_width,
                               shape.kernel_width, shape.width));
    for (std::int64_t x = 0; x < shape.out_width(); ++x)
      if (columns[x].first > 0 || columns[x].last < shape.kernel_width) border.push_back(x);
  }

  // tap_sums[c][ky][kx]: the weights of the taps above and left of (ky, kx), over all channels.
  void add_tap_sums(const std::int32_t* weights) {
    const ConvShape& s = image.shape();
    const std::int64_t stride = s.kernel_width + 1;
    const std::size_t begin = tap_sums.size();
    tap_sums.resize(begin + (s.kernel_height + 1) * stride, 0);
    std::int32_t* sums = tap_sums.data() + begin;
    for (std::int64_t ky = 0; ky < s.kernel_height; ++ky)
      for (std::int64_t kx = 0; kx < s.kernel_width; ++kx) {
        std::int32_t tap = 0;
        for (std::int64_t i = 0; i < s.group_channels(); ++i)
          tap += weights[i * s.taps() + ky * s.kernel_width + kx];
        sums[(ky + 1) * stride + kx + 1] = tap + sums[ky * stride + kx + 1] +
                                           sums[(ky + 1) * stride + kx] - sums[ky * stride + kx];
      }
  }

  // What the taps outside the image have added to an output: they are laid out as +1.
  std::int32_t outside(std::int64_t channel, const Inside& y, const Inside& x) const {
    const ConvShape& s = image.shape();
    const std::int64_t stride = s.kernel_width + 1;
    const std::int32_t* sums = tap_sums.data() + channel * (s.kernel_height + 1) * stride;
    const auto at = [&](std::int64_t ky, std::int64_t kx) { return sums[ky * stride + kx]; };
    return at(s.kernel_height, s.kernel_width) - at(y.last, x.last) + at(y.first, x.last) +
           at(y.last, x.first) - at(y.first, x.first);
  }

  void finish_row(std::int64_t channel, std::int64_t y, const std::int32_t* counts,
                  std::int32_t* sums) const {
    const ConvShape& s = image.shape();
    const auto bits = static_cast<std::int32_t>(s.group_channels() * s.taps());
    const std::int64_t width = s.out_width();
    for (std::int64_t x = 0; x < width; ++x) sums[x] = bits - 2 * counts[x];
    const Inside& row = rows[y];
    if (row.first == 0 && row.last == s.kernel_height) {
      for (const std::int64_t x : border) sums[x] -= outside(channel, row, columns[x]);
    } else {
      for (std::int64_t x = 0; x < width; ++x) sums[x] -= outside(channel, row, columns[x]);
    }
  }

  std::int64_t image_bytes() const { return round_up(image.words() * 4, kAlignment); }

  WordImage image;
  ConvBlocks blocks;
  std::vector<std::uint32_t> packed;  // {out_channels, depth}
  std::vector<std::int32_t> tap_sums;
  std::vector<Inside> rows, columns;
  std::vector<std::int64_t> border;  // columns with taps outside
};

BinaryConv::BinaryConv(const ConvShape& shape, std::span<const std::int32_t> weights)
    : impl_(std::make_unique<Impl>(shape, weights)) {}
BinaryConv::~BinaryConv() = default;
BinaryConv::BinaryConv(BinaryConv&&) noexcept = default;

std::size_t BinaryConv::scratch_bytes() const {
  return static_cast<std::size_t>(
      impl_->image_bytes() +
      round_up(impl_->blocks.most_channels() * impl_->blocks.stride() * 4, kAlignment));
}

template <class In>
void BinaryConv::run(const In* x, std::int32_t* sums, std::byte* scratch) const {
  const Impl& i = *impl_;
  const ConvShape& shape = i.image.shape();
  auto* words = reinterpret_cast<std::uint32_t*>(scratch);
  auto* counts = reinterpret_cast<std::int32_t*>(scratch + i.image_bytes());
  i.image.lay_out(x, 0, true, words);
  const std::int64_t stride = i.blocks.stride();
  for (std::int64_t at = 0; at < i.blocks.count(); ++at) {
    const BlockPlace place = i.blocks.at(at);
    const std::int64_t channel = place.group * shape.group_outputs() + place.channel;
    gemm_bits({.a = i.packed.data() + channel * i.image.depth(),
               .a_stride = i.image.depth(),
               .b = words + place.group * i.image.group_words() + place.row * i.image.pitch(),
               .rows = i.image.rows().data(),
               .m = place.channels,
               .n = i.blocks.columns(place.rows),
               .depth = i.image.depth()},
              counts, stride);
    for (std::int64_t c = 0; c < place.channels; ++c)
      for (std::int64_t y = place.row; y < place.row + place.rows; ++y)
        i.finish_row(channel + c, y, counts + c * stride + (y - place.row) * i.image.pitch(),
                     sums + ((channel + c) * shape.out_height() + y) * shape.out_width());
  }
}

template void BinaryConv::run(const std::int8_t*, std::int32_t*, std::byte*) const;
template void BinaryConv::run(const std::int16_t*, std::int32_t*, std::byte*) const;
template void BinaryConv::run(const std::int32_t*, std::int32_t*, std::byte*) const;

}  // namespace qfx::kernels
