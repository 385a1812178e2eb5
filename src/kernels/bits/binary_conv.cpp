#include "qfx/kernels/binary_conv.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <vector>

#include "kernels/bits/bit_product.h"

#include "qfx/base/error.h"
#include "qfx/kernels/int_gemm.h"

namespace qfx::kernels {
namespace {

constexpr std::int64_t kSumsBytes = 16 * 1024;

// Which of a kernel's rows or columns lie inside the image, for every output coordinate; equal ones
// have one number.
struct Borders {
  Borders(std::int64_t outputs, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
          std::int64_t dilation, std::int64_t size) {
    std::map<std::vector<bool>, std::int32_t> known;
    for (std::int64_t out = 0; out < outputs; ++out) {
      std::vector<bool> taps;
      for (std::int64_t tap = 0; tap < kernel; ++tap) {
        const std::int64_t at = out * stride - pad + tap * dilation;
        taps.push_back(at >= 0 && at < size);
      }
      const auto [place, is_new] = known.emplace(taps, static_cast<std::int32_t>(inside.size()));
      if (is_new) inside.push_back(taps);
      kind_of.push_back(place->second);
    }
  }

  std::vector<std::vector<bool>> inside;  // of a kind, tap by tap
  std::vector<std::int32_t> kind_of;      // of an output coordinate
};

}  // namespace

// The image is padded on all sides, {planes, groups, padded height, padded width, words}, with
// words of 0. Without dilation a row of the kernel lies together in it; else each tap by itself.
// Such a run of words of 16 bits is read in words of 32, of the last one only what belongs to it.
struct BinaryConv::Impl {
  Impl(const ConvShape& s, int bit_planes, std::span<const std::int32_t> weights,
       std::span<const std::int64_t> channel_gates)
      : shape(s),
        source{bit_planes, s.channels, s.height * s.width},
        words((s.group_channels() + kWordChannels - 1) / kWordChannels),
        width(s.width + s.pad_left + s.pad_right),
        height(s.height + s.pad_top + s.pad_bottom),
        columns(round_up(s.group_outputs(), kBitColumns)),
        rows(s.out_height(), s.kernel_height, s.stride_height, s.pad_top, s.dilation_height,
             s.height),
        cols(s.out_width(), s.kernel_width, s.stride_width, s.pad_left, s.dilation_width,
             s.width) {
    const std::int64_t size = s.group_channels() * s.taps();
    QFX_ASSERT(s.channels % s.groups == 0 && s.out_channels % s.groups == 0);
    QFX_ASSERT(s.out_height() > 0 && s.out_width() > 0);
    QFX_ASSERT(bit_planes >= 1 && bit_planes <= kMostPlanes && takes(size, bit_planes));
    QFX_ASSERT(std::ssize(weights) == s.out_channels * size);
    QFX_ASSERT(std::all_of(weights.begin(), weights.end(),
                           [](std::int32_t w) { return w == 1 || w == -1; }));
    QFX_ASSERT(channel_gates.empty() ||
               (bit_planes <= 2 && std::ssize(channel_gates) == s.out_channels));
    plan_words();
    plan_kinds();
    packed.resize(s.groups * depth() * columns);
    base.resize(s.groups * base_size());
    if (!channel_gates.empty()) gates.resize(s.groups * columns);
    for (std::int64_t o = 0; o < s.out_channels; ++o) {
      const std::int64_t group = o / s.group_outputs(), column = o % s.group_outputs();
      pack_channel(weights.data() + o * size, packed.data() + group * depth() * columns + column);
      add_base(weights.data() + o * size, base.data() + group * base_size() + column);
      if (!gates.empty())
        gates[group * columns + column] = static_cast<std::int32_t>(
            std::clamp<std::int64_t>(channel_gates[o], std::numeric_limits<std::int32_t>::min(),
                                     std::numeric_limits<std::int32_t>::max()));
    }
  }

  std::int64_t depth() const { return std::ssize(offsets); }
  std::int64_t group_size() const { return height * width * words; }
  std::int64_t plane_size() const { return shape.groups * group_size(); }
  std::int64_t base_size() const {
    return std::ssize(rows.inside) * std::ssize(cols.inside) * columns;
  }
  std::int64_t run_taps() const { return shape.dilation_width == 1 ? shape.kernel_width : 1; }

  void plan_words() {
    const std::int64_t run = run_taps() * words;
    for (std::int64_t ky = 0; ky < shape.kernel_height; ++ky)
      for (std::int64_t kx = 0; kx < shape.kernel_width; kx += run_taps())
        for (std::int64_t word = 0; word < run; word += 2) {
          offsets.push_back(
              (ky * shape.dilation_height * width + kx * shape.dilation_width) * words + word);
          masks.push_back(word + 1 < run ? ~0u : 0xffffu);
        }
  }

  // Of every kind of row, pixel by pixel.
  void plan_kinds() {
    const auto across = static_cast<std::int32_t>(cols.inside.size());
    for (std::int32_t row = 0; row < std::ssize(rows.inside); ++row)
      for (const std::int32_t kind : cols.kind_of) kinds.push_back(row * across + kind);
  }

  // column: of the words {depth, columns}.
  void pack_channel(const std::int32_t* weights, std::uint32_t* column) const {
    const std::int64_t run = run_taps() * words, run_words = (run + 1) / 2;
    for (std::int64_t c = 0; c < shape.group_channels(); ++c)
      for (std::int64_t tap = 0; tap < shape.taps(); ++tap) {
        if (weights[c * shape.taps() + tap] < 0) continue;
        const std::int64_t word = tap % run_taps() * words + c / kWordChannels;
        const std::int64_t bit = word % 2 * kWordChannels + c % kWordChannels;
        column[(tap / run_taps() * run_words + word / 2) * columns] |= std::uint32_t{1} << bit;
      }
  }

  // What a sum begins with: it is this less twice the bits that differ. A tap outside is words of
  // 0, which differ in as many bits as its weights are +1, and adds nothing.
  void add_base(const std::int32_t* weights, std::int32_t* column) const {
    std::vector<std::int32_t> ones(shape.taps());
    for (std::int64_t i = 0; i < shape.group_channels() * shape.taps(); ++i)
      ones[i % shape.taps()] += weights[i] > 0 ? 1 : 0;
    for (const std::vector<bool>& row : rows.inside)
      for (const std::vector<bool>& col : cols.inside) {
        for (std::int64_t tap = 0; tap < shape.taps(); ++tap) {
          const bool is_inside = row[tap / shape.kernel_width] && col[tap % shape.kernel_width];
          *column += is_inside ? static_cast<std::int32_t>(shape.group_channels()) : 2 * ones[tap];
        }
        column += columns;
      }
  }

  // The words of a group's pixels, whose channels may begin anywhere in a word of x.
  void copy_group_row(const std::uint16_t* x, std::int64_t first_channel, std::uint16_t* to) const {
    const std::int64_t pixel_words = source.words();
    for (std::int64_t pixel = 0; pixel < shape.width; ++pixel, x += pixel_words)
      for (std::int64_t w = 0; w < words; ++w) {
        const std::int64_t channel = first_channel + w * kWordChannels;
        const std::int64_t bits =
            std::min(kWordChannels, shape.group_channels() - w * kWordChannels);
        const std::int64_t word = channel / kWordChannels, shift = channel % kWordChannels;
        std::uint32_t both = x[word];
        if (word + 1 < pixel_words) both |= std::uint32_t{x[word + 1]} << kWordChannels;
        *to++ = static_cast<std::uint16_t>(both >> shift & ((1u << bits) - 1));
      }
  }

  ConvShape shape;
  BitPlanes source;
  std::int64_t words, width, height;  // of a pixel of a group; of the padded image
  std::int64_t columns;               // of a group, in whole vectors
  Borders rows, cols;
  std::vector<std::int64_t> offsets;  // BitProduct::words
  std::vector<std::uint32_t> masks;
  std::vector<std::int32_t> kinds;    // {kinds of rows, out_width}
  std::vector<std::uint32_t> packed;  // {groups, depth, columns}
  std::vector<std::int32_t> base;     // {groups, kinds of rows, kinds of columns, columns}
  std::vector<std::int32_t> gates;    // {groups, columns}
};

BinaryConv::BinaryConv(const ConvShape& shape, int planes, std::span<const std::int32_t> weights,
                       std::span<const std::int64_t> gates)
    : impl_(std::make_unique<Impl>(shape, planes, weights, gates)) {}
BinaryConv::~BinaryConv() = default;
BinaryConv::BinaryConv(BinaryConv&&) noexcept = default;

BitPlanes BinaryConv::planes() const {
  return impl_->source;
}

std::size_t BinaryConv::image_bytes() const {
  // A word of 32 bits may reach beyond the last one of 16.
  return static_cast<std::size_t>((impl_->source.planes * impl_->plane_size() + 1) * 2);
}

void BinaryConv::pad(std::byte* image) const {
  std::fill_n(image, image_bytes(), std::byte{0});
}

void BinaryConv::lay_out(const std::uint16_t* x, std::byte* image) const {
  const Impl& i = *impl_;
  const ConvShape& s = i.shape;
  const std::int64_t row_words = s.width * i.source.words();
  auto* to = reinterpret_cast<std::uint16_t*>(image);
  for (int k = 0; k < i.source.planes; ++k)
    for (std::int64_t y = 0; y < s.height; ++y, x += row_words)
      for (std::int64_t g = 0; g < s.groups; ++g) {
        std::uint16_t* row = to + k * i.plane_size() + g * i.group_size() +
                             ((y + s.pad_top) * i.width + s.pad_left) * i.words;
        if (s.groups == 1)
          std::copy_n(x, row_words, row);
        else
          i.copy_group_row(x, g * s.group_channels(), row);
      }
}

void BinaryConv::multiply(const std::byte* image, std::int64_t first, std::int64_t rows,
                          std::int32_t* sums, const std::int16_t* upper_sums) const {
  const Impl& i = *impl_;
  const ConvShape& s = i.shape;
  QFX_ASSERT((upper_sums != nullptr) == (i.source.planes == 1 && !i.gates.empty()));
  const auto* words = reinterpret_cast<const std::uint16_t*>(image);
  for (std::int64_t y = first; y < first + rows; ++y)
    for (std::int64_t g = 0; g < s.groups; ++g) {
      const BitProduct product{
          .a = words + g * i.group_size() + y * s.stride_height * i.width * i.words,
          .a_step = s.stride_width * i.words,
          .plane_size = i.plane_size(),
          .planes = i.source.planes,
          .words = i.offsets.data(),
          .masks = i.masks.data(),
          .b = i.packed.data() + g * i.depth() * i.columns,
          .b_stride = i.columns,
          .m = s.out_width(),
          .n = s.group_outputs(),
          .depth = i.depth()};
      const std::int64_t at = (y - first) * s.out_width() * s.out_channels + g * s.group_outputs();
      const BitFinish finish{i.base.data() + g * i.base_size(),
                             i.kinds.data() + i.rows.kind_of[y] * s.out_width(),
                             i.gates.empty() ? nullptr : i.gates.data() + g * i.columns,
                             upper_sums == nullptr ? nullptr : upper_sums + at};
      multiply_bits(product, finish, sums + at, s.out_channels);
    }
}

std::int64_t BinaryConv::block_rows() const {
  const ConvShape& s = impl_->shape;
  const std::int64_t row_bytes =
      s.out_width() * s.out_channels * std::int64_t{sizeof(std::int32_t)};
  return std::clamp<std::int64_t>(kSumsBytes / row_bytes, 1, s.out_height());
}

}  // namespace qfx::kernels
