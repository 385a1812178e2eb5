#include "qfx/kernels/int_conv.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>

#include "kernels/conv/blocks.h"
#include "kernels/conv/depthwise_planes.h"
#include "kernels/conv/word_image.h"

#include "qfx/base/error.h"
#include "qfx/kernels/fits.h"
#include "qfx/kernels/int_elementwise.h"
#include "qfx/kernels/int_gemm.h"

namespace qfx::kernels {
namespace {

constexpr std::int64_t kAlignment = 64;

int per_word(int path_bits) {
  return 32 / path_bits;
}

// What each word adds to any output channel's sum, at most.
std::vector<std::int64_t> word_bounds(const WordImage& image, std::span<const std::int32_t> weights,
                                      std::int64_t largest_input) {
  const std::int64_t size = image.shape().group_channels() * image.shape().taps();
  std::vector<std::int64_t> most(image.weights().size(), 0);
  for (std::int64_t c = 0; c < image.shape().out_channels; ++c)
    for (std::size_t p = 0; p < most.size(); ++p) {
      std::int64_t sum = 0;
      for (const std::int64_t index : image.weights()[p].index)
        if (index >= 0) sum += std::abs(std::int64_t{weights[c * size + index]}) * largest_input;
      most[p] = std::max(most[p], sum);
    }
  return most;
}

}  // namespace

template <class Sum>
struct IntConv<Sum>::Impl {
  Impl(const ConvShape& shape, std::span<const std::int32_t> weights, std::int64_t lo,
       std::int64_t hi, std::optional<Path> wish)
      : path(choose(exact_paths(shape, weights, lo, hi), wish)),
        offset(path == Path::Int8 && lo < 0 ? 128 : 0),
        image(shape, per_word(bits())),
        blocks(image),
        fitting(path == Path::Int8 && pairs_fit(shape, weights, lo, hi)) {
    if (std::is_same_v<Sum, std::int32_t> && path == Path::Int16 && shape.is_depthwise()) {
      planes.emplace(shape, weights);
      return;
    }
    if constexpr (std::is_same_v<Sum, std::int64_t>) {
      if (path == Path::Int16Chunks)
        chunk = safe_chunk(word_bounds(image, weights, largest(lo, hi)));
    }
    const std::int64_t size = shape.group_channels() * shape.taps();
    packed.resize(shape.out_channels * image.depth());
    for (std::int64_t c = 0; c < shape.out_channels; ++c) {
      const std::int32_t* channel = weights.data() + c * size;
      pack_word_weights(image, channel, bits(), packed.data() + c * image.depth());
      std::int64_t sum = 0;
      for (std::int64_t i = 0; i < size; ++i) sum += channel[i];
      correction.push_back(static_cast<Sum>(-offset * sum));
    }
  }

  static std::int64_t largest(std::int64_t lo, std::int64_t hi) {
    return std::max(std::abs(lo), std::abs(hi));
  }

  // The paths of this Sum that are exact, the fastest first.
  static std::vector<Path> exact_paths(const ConvShape& shape,
                                       std::span<const std::int32_t> weights, std::int64_t lo,
                                       std::int64_t hi) {
    QFX_ASSERT(lo <= hi);
    QFX_ASSERT(std::ssize(weights) == shape.out_channels * shape.group_channels() * shape.taps());
    const bool narrow = fits<std::int16_t>(lo, hi) && fits<std::int16_t>(weights);
    if constexpr (std::is_same_v<Sum, std::int32_t>) {
      QFX_ASSERT(narrow);
      const bool bytes =
          fits<std::int8_t>(weights) && (fits<std::uint8_t>(lo, hi) || fits<std::int8_t>(lo, hi));
      if (!bytes) return {Path::Int16};
      const bool is_fast =
          has_int8_dot() || (has_int8_fitting() && pairs_fit(shape, weights, lo, hi));
      // Four channels a word are worth their place from three on.
      if (is_fast && shape.group_channels() > 2) return {Path::Int8, Path::Int16};
      return {Path::Int16, Path::Int8};
    } else {
      if (!narrow) return {Path::Int32};
      const WordImage pairs(shape, per_word(16));
      const std::int64_t chunk = safe_chunk(word_bounds(pairs, weights, largest(lo, hi)));
      if (chunk >= std::min(kLeastChunk, pairs.depth())) return {Path::Int16Chunks, Path::Int32};
      return chunk > 0 ? std::vector{Path::Int32, Path::Int16Chunks} : std::vector{Path::Int32};
    }
  }

  // Whether the sums of a byte word's neighbouring products fit 16 bits.
  static bool pairs_fit(const ConvShape& shape, std::span<const std::int32_t> weights,
                        std::int64_t lo, std::int64_t hi) {
    // Bytes with a sign are moved to 0..255.
    const std::int64_t most = lo < 0 ? 255 : hi;
    const std::int64_t channels = shape.group_channels(), taps = shape.taps();
    for (std::int64_t o = 0; o < shape.out_channels; ++o)
      for (std::int64_t c = 0; c < channels; c += 2)
        for (std::int64_t k = 0; k < taps; ++k) {
          const std::int32_t* first = weights.data() + (o * channels + c) * taps + k;
          const std::int64_t second = c + 1 < channels ? first[taps] : 0;
          if ((std::abs(std::int64_t{*first}) + std::abs(second)) * most >
              std::numeric_limits<std::int16_t>::max())
            return false;
        }
    return true;
  }

  static Path choose(const std::vector<Path>& exact, std::optional<Path> wish) {
    const bool granted = wish && std::find(exact.begin(), exact.end(), *wish) != exact.end();
    return granted ? *wish : exact.front();
  }

  int bits() const {
    switch (path) {
      case Path::Int8:
        return 8;
      case Path::Int16:
      case Path::Int16Chunks:
        return 16;
      case Path::Int32:
        break;
    }
    return 32;
  }

  std::uint32_t* words(std::byte* scratch) const {
    return reinterpret_cast<std::uint32_t*>(scratch);
  }
  std::int16_t* plane_image(std::byte* scratch) const {
    return reinterpret_cast<std::int16_t*>(scratch);
  }
  std::int64_t image_bytes() const {
    return round_up(planes ? planes->image_size() * 2 : image.words() * 4, kAlignment);
  }
  Sum* sums(std::byte* scratch) const { return reinterpret_cast<Sum*>(scratch + image_bytes()); }

  // Of a channel's plane.
  std::int64_t plane_blocks() const {
    return (image.shape().out_height() + planes->block_rows() - 1) / planes->block_rows();
  }
  ConvBlock<Sum> multiply_plane(std::int64_t at, std::byte* scratch) const {
    const ConvShape& shape = image.shape();
    const std::int64_t channel = at / plane_blocks();
    const std::int64_t row = at % plane_blocks() * planes->block_rows();
    const std::int64_t rows = std::min(planes->block_rows(), shape.out_height() - row);
    if constexpr (std::is_same_v<Sum, std::int32_t>)
      planes->multiply(plane_image(scratch), channel, row, rows, sums(scratch));
    return {
        channel, 1, row, rows, sums(scratch), rows * planes->sums_pitch(), planes->sums_pitch()};
  }

  Path path;
  std::int64_t offset;  // added to every input, so that bytes have no sign
  WordImage image;
  ConvBlocks blocks;
  bool fitting;  // sums of two neighbouring products of bytes fit 16 bits
  std::int64_t chunk = 0;
  std::vector<std::uint32_t> packed;      // {out_channels, depth}
  std::vector<Sum> correction;            // of the offset, an output channel
  std::optional<DepthwisePlanes> planes;  // instead of the word image
};

template <class Sum>
IntConv<Sum>::IntConv(const ConvShape& shape, std::span<const std::int32_t> weights,
                      std::int64_t lo, std::int64_t hi, std::optional<Path> path)
    : impl_(std::make_unique<Impl>(shape, weights, lo, hi, path)) {}
template <class Sum>
IntConv<Sum>::~IntConv() = default;
template <class Sum>
IntConv<Sum>::IntConv(IntConv&&) noexcept = default;

template <class Sum>
typename IntConv<Sum>::Path IntConv<Sum>::path() const {
  return impl_->path;
}

template <class Sum>
std::string IntConv<Sum>::name() const {
  switch (impl_->path) {
    case Path::Int8:
      return "int8 x int8 -> int32";
    case Path::Int16:
      return "int16 x int16 -> int32";
    case Path::Int16Chunks:
      return "int16 x int16 -> int32 -> int64";
    case Path::Int32:
      break;
  }
  return "int32 x int32 -> int64";
}

template <class Sum>
std::size_t IntConv<Sum>::scratch_bytes() const {
  const Impl& i = *impl_;
  const std::int64_t block =
      i.planes ? block_columns() : i.blocks.most_channels() * i.blocks.stride();
  return static_cast<std::size_t>(i.image_bytes() +
                                  round_up(block * std::int64_t{sizeof(Sum)}, kAlignment));
}

template <class Sum>
std::int64_t IntConv<Sum>::block_columns() const {
  const Impl& i = *impl_;
  return i.planes ? i.planes->block_rows() * i.planes->sums_pitch() : i.blocks.stride();
}

template <class Sum>
template <class In>
void IntConv<Sum>::lay_out(const In* x, std::byte* scratch) const {
  if (impl_->planes) return impl_->planes->lay_out(x, impl_->plane_image(scratch));
  const std::uint32_t padding = impl_->offset != 0 ? 0x80808080u : 0u;
  impl_->image.lay_out(x, padding, impl_->words(scratch));
}

template <class Sum>
std::int64_t IntConv<Sum>::blocks() const {
  const Impl& i = *impl_;
  return i.planes ? i.image.shape().channels * i.plane_blocks() : i.blocks.count();
}

template <class Sum>
void IntConv<Sum>::multiply(std::int64_t at, std::byte* scratch, ConvBlock<Sum>& block) const {
  const Impl& i = *impl_;
  if (i.planes) {
    block = i.multiply_plane(at, scratch);
    return;
  }
  const BlockPlace place = i.blocks.at(at);
  const std::int64_t channel = place.group * i.image.shape().group_outputs() + place.channel;
  const WordProduct product{
      .a = i.packed.data() + channel * i.image.depth(),
      .a_stride = i.image.depth(),
      .b = i.words(scratch) + place.group * i.image.group_words() + place.row * i.image.pitch(),
      .rows = i.image.rows().data(),
      .m = place.channels,
      .n = i.blocks.columns(place.rows),
      .depth = i.image.depth()};
  const std::int64_t stride = i.blocks.stride();
  Sum* sums = i.sums(scratch);
  if constexpr (std::is_same_v<Sum, std::int32_t>) {
    if (i.path == Path::Int8 && i.fitting)
      gemm_int8_fitting(product, sums, stride);
    else if (i.path == Path::Int8)
      gemm_int8(product, sums, stride);
    else
      gemm_int16(product, sums, stride);
  } else {
    if (i.path == Path::Int16Chunks)
      gemm_int16_chunks(product, i.chunk, sums, stride);
    else
      gemm_int32(product, sums, stride);
  }
  if (i.offset != 0) {
    for (std::int64_t c = 0; c < place.channels; ++c)
      multiply_add(sums + c * stride, Sum{1}, i.correction[channel + c], sums + c * stride,
                   product.n);
  }
  block = {channel, place.channels, place.row, place.rows, sums, stride, i.image.pitch()};
}

template <class Sum>
template <class In>
void IntConv<Sum>::run(const In* x, Sum* sums, std::byte* scratch) const {
  const std::int64_t height = impl_->image.shape().out_height();
  const std::int64_t width = impl_->image.shape().out_width();
  for_each_block(x, scratch, [&](const ConvBlock<Sum>& block) {
    for (std::int64_t c = 0; c < block.channels; ++c)
      for (std::int64_t y = 0; y < block.rows; ++y)
        std::memcpy(sums + ((block.first_channel + c) * height + block.first_row + y) * width,
                    block.sums + c * block.stride + y * block.pitch,
                    static_cast<std::size_t>(width) * sizeof(Sum));
  });
}

#define QFX_FOR_INPUT(Sum, In)                                          \
  template void IntConv<Sum>::lay_out<In>(const In*, std::byte*) const; \
  template void IntConv<Sum>::run<In>(const In*, Sum*, std::byte*) const;
#define QFX_FOR_SUM(Sum)           \
  template class IntConv<Sum>;     \
  QFX_FOR_INPUT(Sum, std::int8_t)  \
  QFX_FOR_INPUT(Sum, std::uint8_t) \
  QFX_FOR_INPUT(Sum, std::int16_t) \
  QFX_FOR_INPUT(Sum, std::int32_t)
QFX_FOR_SUM(std::int32_t)
QFX_FOR_SUM(std::int64_t)
#undef QFX_FOR_SUM
#undef QFX_FOR_INPUT

}  // namespace qfx::kernels
