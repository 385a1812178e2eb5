#include "qfx/kernels/pixel_conv.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <vector>

#include "kernels/conv/avx512_depthwise.h"
#include "kernels/conv/avx512_pixels.h"
#include "kernels/conv/narrow.h"
#include "kernels/conv/pixel_depthwise.h"
#include "kernels/conv/pixel_product.h"

#include "qfx/base/error.h"
#include "qfx/kernels/fits.h"
#include "qfx/kernels/int_gemm.h"

namespace qfx::kernels {

static_assert(kPanel == kDepthwiseBlock);  // the scales are padded to either

// Note [Pixel images]. The image is padded on all sides; between channels of one group a pixel's
// numbers are whole words of 32 bits, so that no word straddles two pixels. Numbers are int16, or
// bytes where the machine has an exact product of these and all operands fit: then the image's have
// no sign, those that do come 128 higher, the padding too, and the sums begin with what takes that
// back.
struct PixelConv::Impl {
  Impl(const ConvShape& s, std::span<const std::int32_t> weights, std::int64_t lo, std::int64_t hi,
       int x_frac_bits, std::span<const int> weight_frac_bits)
      : shape(s),
        depthwise(s.is_depthwise()),
        bytes(multiplies_bytes(s) && fits<std::int8_t>(weights) &&
              (fits<std::uint8_t>(lo, hi) || fits<std::int8_t>(lo, hi))),
        offset(bytes && lo < 0 ? 128 : 0),
        word(bytes ? 4 : 2),
        pixel(depthwise ? s.channels : (s.channels + word - 1) / word * word),
        padded_width(s.width + s.pad_left + s.pad_right),
        padded_height(s.height + s.pad_top + s.pad_bottom),
        to_grid(std::ldexp(1.0, x_frac_bits)) {
    QFX_ASSERT(takes(s) && s.out_height() > 0 && s.out_width() > 0);
    QFX_ASSERT(std::ssize(weights) == s.out_channels * s.group_channels() * s.taps());
    QFX_ASSERT(fits<std::int16_t>(weights) && fits<std::int16_t>(lo, hi));
    for (std::int64_t o = 0; o < s.out_channels; ++o) {
      const int bits = weight_frac_bits.size() == 1 ? weight_frac_bits[0]
                                                    : weight_frac_bits[static_cast<std::size_t>(o)];
      wide_scales.push_back(std::ldexp(1.0, -x_frac_bits - bits));
    }
    wide_scales.resize(static_cast<std::size_t>((s.out_channels + kPanel - 1) / kPanel * kPanel));
    for (const double scale : wide_scales) scales.push_back(static_cast<float>(scale));
    start.assign(wide_scales.size(), 0);
    if (!depthwise)
      prepare_panels(weights);
    else if (bytes)
      prepare_columns(weights);
    else
      prepare_depthwise(weights);
  }

  // Whether this machine has an exact product of bytes for the shape.
  static bool multiplies_bytes(const ConvShape& shape) {
#if defined(__x86_64__)
    if (shape.is_depthwise())
      return avx512::has_byte_columns() && avx512::ByteColumns::takes(shape);
#endif
    return !shape.is_depthwise() && has_int8_dot();
  }

  // Of a tap, from an output pixel's first one on.
  std::int64_t tap_offset(std::int64_t ky, std::int64_t kx) const {
    return (ky * shape.dilation_height * padded_width + kx * shape.dilation_width) * pixel;
  }

  void prepare_panels(std::span<const std::int32_t> weights) {
    // Without dilation a row of the kernel lies together.
    const bool joined = shape.dilation_width == 1;
    run_length = pixel / word * (joined ? shape.kernel_width : 1);
    for (std::int64_t ky = 0; ky < shape.kernel_height; ++ky)
      for (std::int64_t kx = 0; kx < (joined ? 1 : shape.kernel_width); ++kx)
        runs.push_back(tap_offset(ky, kx) * number_bytes());
    const std::int64_t depth = shape.taps() * pixel / word;
    const int bits = 32 / word;
    const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
    words.assign(wide_scales.size() * static_cast<std::size_t>(depth), 0);
    for (std::int64_t o = 0; o < shape.out_channels; ++o)
      for (std::int64_t c = 0; c < shape.channels; ++c)
        for (std::int64_t tap = 0; tap < shape.taps(); ++tap) {
          const std::int32_t w =
              weights[static_cast<std::size_t>((o * shape.channels + c) * shape.taps() + tap)];
          const std::int64_t k = tap * pixel / word + c / word;
          words[static_cast<std::size_t>((o / kPanel * depth + k) * kPanel + o % kPanel)] |=
              (static_cast<std::uint32_t>(w) & mask) << (c % word * bits);
          start[static_cast<std::size_t>(o)] -= offset * w;
        }
  }

  void prepare_columns(std::span<const std::int32_t> weights) {
#if defined(__x86_64__)
    words = avx512::pack_byte_columns(weights, shape.channels);
    for (std::int64_t c = 0; c < shape.channels; ++c)
      for (std::int64_t tap = 0; tap < shape.taps(); ++tap)
        start[static_cast<std::size_t>(c)] -=
            offset * weights[static_cast<std::size_t>(c * shape.taps() + tap)];
#endif
  }

  void prepare_depthwise(std::span<const std::int32_t> weights) {
    std::vector<std::int64_t> offsets;
    for (std::int64_t ky = 0; ky < shape.kernel_height; ++ky)
      for (std::int64_t kx = 0; kx < shape.kernel_width; ++kx)
        offsets.push_back(tap_offset(ky, kx));
    pairs = pair_taps(offsets);
    words = pack_depthwise(weights, shape.channels, shape.taps());
  }

  template <class T>
  void convert(const T* x, std::int64_t count, std::int16_t* to) const {
    if constexpr (std::is_same_v<T, std::int16_t>)
      std::copy_n(x, count, to);
    else
      to_int16(x, factor<T>(), count, to);
  }
  template <class T>
  void convert(const T* x, std::int64_t count, std::uint8_t* to) const {
    if constexpr (std::is_same_v<T, std::int16_t>)
      std::transform(x, x + count, to,
                     [this](int value) { return static_cast<std::uint8_t>(value + offset); });
    else
      to_bytes(x, factor<T>(), offset, count, to);
  }
  template <class T>
  T factor() const {
    return std::is_integral_v<T> ? T(1) : static_cast<T>(to_grid);  // integers are raw already
  }

  // Number is uint8_t or int16_t.
  template <class T, class Number>
  void lay_out(const T* x, Number* image) const {
    for (std::int64_t row = 0; row < shape.height; ++row) {
      Number* to = image + ((row + shape.pad_top) * padded_width + shape.pad_left) * pixel;
      const T* from = x + row * shape.width * shape.channels;
      convert(from, shape.width * shape.channels, to + shape.width * (pixel - shape.channels));
      if (pixel > shape.channels) spread(to);
    }
  }

  // A row of pixels of `channels` numbers, at the end of where it goes, becomes one of whole words.
  // What falls behind a pixel's numbers is of no account: its weights are zero.
  template <class Number>
  void spread(Number* to) const {
    const std::int64_t numbers = shape.width * shape.channels;
    const Number* from = to + shape.width * pixel - numbers;
    std::int64_t at = 0;
    for (; at + pixel <= numbers; at += shape.channels, to += pixel)
      for (std::int64_t c = 0; c < pixel; c += word) {
        std::uint32_t whole;
        std::memcpy(&whole, from + at + c, sizeof(whole));
        std::memcpy(to + c, &whole, sizeof(whole));
      }
    for (; at < numbers; at += shape.channels, to += pixel)
      std::memmove(to, from + at, static_cast<std::size_t>(shape.channels) * sizeof(Number));
  }

  template <class Y>
  auto scales_for(const Y*) const {
    if constexpr (std::is_same_v<Y, float>)
      return scales.data();
    else if constexpr (std::is_same_v<Y, double>)
      return wide_scales.data();
    else if constexpr (std::is_same_v<Y, std::int32_t>)
      return static_cast<const void*>(nullptr);
    else
      return SumShifts{sum_starts.data(), sum_shifts.data()};
  }
  // What the sums of bytes begin with.
  template <class Y>
  const std::int32_t* start_for(const Y*) const {
    return (sizeof(Y) < sizeof(std::int32_t) ? byte_starts : start).data();
  }

  // f(the image where an output row begins, that row of y), for the first `rows` ones.
  template <class Number, class Y, class F>
  void for_each_row(const Number* image, std::int64_t rows, Y* y, const F& f) const {
    for (std::int64_t row = 0; row < rows; ++row)
      f(image + row * shape.stride_height * padded_width * pixel,
        y + row * shape.out_width() * shape.out_channels);
  }

  template <class Y>
  void multiply_groups(const std::int16_t* image, std::int64_t rows, Y* y) const {
    DepthwiseProduct product{.image = nullptr,
                             .pixel_step = shape.stride_width * pixel,
                             .taps = pairs,
                             .words = words.data(),
                             .block_words = std::ssize(pairs) * kDepthwiseBlock,
                             .pixels = shape.out_width(),
                             .channels = shape.channels};
    for_each_row(image, rows, y, [&](const std::int16_t* row, Y* out) {
      product.image = row;
      multiply_depthwise(product, scales_for(y), out);
    });
  }

  template <class Y>
  void multiply_columns(const std::uint8_t* image, std::int64_t rows, Y* y) const {
#if defined(__x86_64__)
    const std::int64_t row_bytes = padded_width * pixel;
    const bool joins_rows =
        shape.stride_height == 1 && shape.stride_width == 1 && shape.dilation_height == 1;
    avx512::ByteColumns columns{.image = image,
                                .row_step = shape.dilation_height * row_bytes,
                                .stride = shape.stride_width,
                                .words = words.data(),
                                .start = start_for(y),
                                .pixels = shape.out_width(),
                                .channels = shape.channels,
                                .two_rows = false};
    for (std::int64_t row = 0; row < rows; row += columns.two_rows ? 2 : 1) {
      columns.two_rows = joins_rows && row + 2 <= rows;
      columns.image = image + row * shape.stride_height * row_bytes;
      avx512::multiply_byte_columns(columns, scales_for(y),
                                    y + row * shape.out_width() * shape.out_channels);
    }
#endif
  }

  template <class Number, class Y>
  void multiply_panels(const Number* image, std::int64_t rows, Y* y) const {
    PixelProduct product{.image = nullptr,
                         .pixel_step = shape.stride_width * pixel * number_bytes(),
                         .runs = runs.data(),
                         .run_count = static_cast<std::int64_t>(runs.size()),
                         .run_length = run_length,
                         .panels = words.data(),
                         .pixels = shape.out_width(),
                         .first = 0,
                         .last = 0,
                         .y_stride = shape.out_channels};
    // A pair of panels stays in the first-level cache while the image goes by.
    constexpr std::int64_t kChannels = 2 * kPanel;
    for (; product.first < shape.out_channels; product.first += kChannels) {
      product.last = std::min(product.first + kChannels, shape.out_channels);
      for_each_row(image, rows, y, [&](const Number* row, Y* out) {
        product.image = reinterpret_cast<const std::byte*>(row);
        multiply_words(product, out);
      });
    }
  }

  template <class Y>
  void multiply_words(const PixelProduct& product, Y* y) const {
#if defined(__x86_64__)
    if (bytes) return avx512::multiply_byte_pixels(product, start_for(y), scales_for(y), y);
#endif
    multiply_pixels(product, scales_for(y), y);
  }

  // Rows of y from where their image begins.
  template <class Y>
  void multiply(const std::byte* image, std::int64_t rows, Y* y) const {
    const auto* of_bytes = reinterpret_cast<const std::uint8_t*>(image);
    if (bytes)
      return depthwise ? multiply_columns(of_bytes, rows, y) : multiply_panels(of_bytes, rows, y);
    const auto* numbers = reinterpret_cast<const std::int16_t*>(image);
    depthwise ? multiply_groups(numbers, rows, y) : multiply_panels(numbers, rows, y);
  }

  std::int64_t number_bytes() const {
    return bytes ? 1 : 2;
  }
  // Depthwise, the last pixel's last block is read whole.
  std::int64_t numbers() const {
    return padded_height * padded_width * pixel + (depthwise ? kDepthwiseBlock : 0);
  }

  ConvShape shape;
  bool depthwise;
  bool bytes;          // else int16
  int offset;          // added to every input
  std::int64_t word;   // numbers of one
  std::int64_t pixel;  // numbers of one
  std::int64_t padded_width, padded_height;
  double to_grid;
  std::vector<float> scales;  // an output channel
  std::vector<double> wide_scales;
  std::vector<std::uint32_t> words;  // weights: {panels, depth, kPanel}, or pack_depthwise's
  std::vector<std::int32_t> start;   // an output channel's sums begin with it: the offset, back
  std::vector<std::int32_t> sum_starts, sum_shifts, byte_starts;  // of narrow sums
  std::vector<std::int64_t> runs;  // of a product's words in the image, in bytes
  std::int64_t run_length = 0;
  std::vector<TapPair> pairs;  // depthwise
};

PixelConv::PixelConv(const ConvShape& shape, std::span<const std::int32_t> weights, std::int64_t lo,
                     std::int64_t hi, int x_frac_bits, std::span<const int> weight_frac_bits)
    : impl_(std::make_unique<Impl>(shape, weights, lo, hi, x_frac_bits, weight_frac_bits)) {}
PixelConv::~PixelConv() = default;
PixelConv::PixelConv(PixelConv&&) noexcept = default;

void PixelConv::narrow_sums(std::span<const std::int32_t> start,
                            std::span<const std::int32_t> shift) {
  Impl& i = *impl_;
  const auto padded = [&](std::span<const std::int32_t> values) {
    std::vector<std::int32_t> result(values.begin(), values.end());
    result.resize(i.wide_scales.size());
    return result;
  };
  QFX_ASSERT(std::ssize(start) == i.shape.out_channels && start.size() == shift.size());
  i.sum_starts = padded(start);
  i.sum_shifts = padded(shift);
  i.byte_starts = i.sum_starts;
  for (std::size_t o = 0; o < i.start.size(); ++o)
    i.byte_starts[o] = static_cast<std::int32_t>(static_cast<std::uint32_t>(i.byte_starts[o]) +
                                                 static_cast<std::uint32_t>(i.start[o]));
}

std::vector<std::int16_t> PixelConv::scratch() const {
  std::vector<std::int16_t> image((image_bytes() + 1) / 2);
  pad(reinterpret_cast<std::byte*>(image.data()));
  return image;
}

bool PixelConv::of_bytes() const {
  return impl_->bytes;
}

std::size_t PixelConv::image_bytes() const {
  return static_cast<std::size_t>(impl_->numbers() * impl_->number_bytes());
}

void PixelConv::pad(std::byte* image) const {
  std::memset(image, impl_->offset, image_bytes());
}

template <class T>
void PixelConv::lay_out(const T* x, std::byte* image) const {
  if (impl_->bytes)
    impl_->lay_out(x, reinterpret_cast<std::uint8_t*>(image));
  else
    impl_->lay_out(x, reinterpret_cast<std::int16_t*>(image));
}

template <class T>
bool PixelConv::is_image() const {
  const Impl& i = *impl_;
  return !i.depthwise && i.offset == 0 && i.pixel == i.shape.channels &&
         i.number_bytes() == sizeof(T) && i.padded_height == i.shape.height &&
         i.padded_width == i.shape.width;
}
template bool PixelConv::is_image<std::uint8_t>() const;
template bool PixelConv::is_image<std::int8_t>() const;
template bool PixelConv::is_image<std::int16_t>() const;

template <class Y>
void PixelConv::multiply(const std::byte* image, std::int64_t first, std::int64_t rows,
                         Y* y) const {
  const Impl& i = *impl_;
  impl_->multiply(
      image + first * i.shape.stride_height * i.padded_width * i.pixel * i.number_bytes(), rows, y);
}
template void PixelConv::multiply(const std::byte*, std::int64_t, std::int64_t,
                                  std::int32_t*) const;
template void PixelConv::multiply(const std::byte*, std::int64_t, std::int64_t,
                                  std::int16_t*) const;
template void PixelConv::multiply(const std::byte*, std::int64_t, std::int64_t, std::int8_t*) const;

std::int64_t PixelConv::block_rows() const {
  constexpr std::int64_t kSumBytes = 16 * 1024;
  const ConvShape& s = impl_->shape;
  return std::clamp<std::int64_t>(kSumBytes / (s.out_width() * s.out_channels * 4), 1,
                                  s.out_height());
}

template <class T, class Y>
void PixelConv::run(const T* x, Y* y, std::int16_t* scratch) const {
  auto* image = reinterpret_cast<std::byte*>(scratch);
  lay_out(x, image);
  impl_->multiply(image, impl_->shape.out_height(), y);
}

template void PixelConv::lay_out(const std::uint8_t*, std::byte*) const;
template void PixelConv::lay_out(const std::int8_t*, std::byte*) const;
template void PixelConv::lay_out(const std::int16_t*, std::byte*) const;
template void PixelConv::run(const float*, float*, std::int16_t*) const;
template void PixelConv::run(const float*, double*, std::int16_t*) const;
template void PixelConv::run(const double*, float*, std::int16_t*) const;
template void PixelConv::run(const double*, double*, std::int16_t*) const;
template void PixelConv::run(const std::uint8_t*, std::int32_t*, std::int16_t*) const;
template void PixelConv::run(const std::int8_t*, std::int32_t*, std::int16_t*) const;

}  // namespace qfx::kernels
