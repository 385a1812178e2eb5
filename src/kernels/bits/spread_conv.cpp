#include "qfx/kernels/spread_conv.h"

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "kernels/bits/look_up_sums.h"

#include "qfx/base/error.h"
#include "qfx/kernels/int_gemm.h"

namespace qfx::kernels {
namespace {

constexpr std::int64_t kTableBytes = 40 * 1024, kSumsBytes = 16 * 1024, kMostValues = 1024;

// Of a channel, and one that adds nothing, for what lies outside.
std::int64_t most_entries(std::int64_t levels, std::int64_t lo, std::int64_t hi) {
  return std::min(levels, hi - lo) + 2;
}

}  // namespace

// The image is padded on all sides, {padded height, padded width, channels of x}, and holds where a
// value's entry lies in its table. Without dilation a row of the kernel lies together in it.
struct SpreadConv::Impl {
  Impl(const ConvShape& s, std::int64_t level_count, std::span<const std::int32_t> thresholds,
       std::span<const std::int32_t> weights, std::int64_t lowest, std::int64_t hi)
      : shape(s),
        levels(level_count),
        channels(s.channels / level_count),
        lo(lowest),
        values(hi - lowest + 1),
        width(s.width + s.pad_left + s.pad_right),
        height(s.height + s.pad_top + s.pad_bottom),
        columns(round_up(s.out_channels, kLookUpColumns)),
        entries(most_entries(level_count, lowest, hi)) {
    QFX_ASSERT(takes(s, level_count, lowest, hi));
    QFX_ASSERT(std::ssize(thresholds) == s.channels);
    QFX_ASSERT(std::ssize(weights) == s.out_channels * s.channels * s.taps());
    const std::int64_t run_taps = s.dilation_width == 1 ? s.kernel_width : 1;
    run = run_taps * channels;
    for (std::int64_t ky = 0; ky < s.kernel_height; ++ky)
      for (std::int64_t kx = 0; kx < s.kernel_width; kx += run_taps)
        run_offsets.push_back((ky * s.dilation_height * width + kx * s.dilation_width) * channels);
    tables.resize(s.taps() * channels * entries * columns);
    for (std::int64_t c = 0; c < channels; ++c) add_channel(c, thresholds, weights);
  }

  std::uint16_t outside() const { return static_cast<std::uint16_t>((entries - 1) * columns); }

  // Values that have reached the same thresholds share an entry.
  void add_channel(std::int64_t c, std::span<const std::int32_t> thresholds,
                   std::span<const std::int32_t> weights) {
    std::map<std::vector<bool>, std::int64_t> known;
    for (std::int64_t value = lo; value < lo + values; ++value) {
      std::vector<bool> reached;
      for (std::int64_t j = 0; j < levels; ++j)
        reached.push_back(value >= thresholds[c * levels + j]);
      const auto [at, is_new] = known.emplace(reached, std::ssize(known));
      places.push_back(static_cast<std::uint16_t>(at->second * columns));
      if (is_new) add_entry(c, at->second, reached, weights);
    }
  }

  void add_entry(std::int64_t c, std::int64_t entry, const std::vector<bool>& reached,
                 std::span<const std::int32_t> weights) {
    for (std::int64_t tap = 0; tap < shape.taps(); ++tap)
      for (std::int64_t o = 0; o < shape.out_channels; ++o) {
        std::int16_t& sum = tables[((tap * channels + c) * entries + entry) * columns + o];
        for (std::int64_t j = 0; j < levels; ++j) {
          const std::int32_t weight =
              weights[(o * shape.channels + c * levels + j) * shape.taps() + tap];
          sum = static_cast<std::int16_t>(sum + (reached[j] ? weight : -weight));
        }
      }
  }

  ConvShape shape;
  std::int64_t levels, channels, lo, values;  // channels: of x
  std::int64_t width, height, columns, entries;
  std::int64_t run = 0;
  std::vector<std::int64_t> run_offsets;
  std::vector<std::uint16_t> places;  // {channels, values}: of a value's entry in a table
  std::vector<std::int16_t> tables;   // {taps, channels, entries, columns}
};

bool SpreadConv::takes(const ConvShape& s, std::int64_t levels, std::int64_t lo, std::int64_t hi) {
  if (s.groups != 1 || s.channels % levels != 0 || hi - lo >= kMostValues) return false;
  const std::int64_t columns = round_up(s.out_channels, kLookUpColumns);
  const std::int64_t size = most_entries(levels, lo, hi) * columns;
  return size <= std::numeric_limits<std::uint16_t>::max() &&
         s.taps() * (s.channels / levels) * size <=
             kTableBytes / std::int64_t{sizeof(std::int16_t)} &&
         s.channels * s.taps() <= std::numeric_limits<std::int16_t>::max();
}

SpreadConv::SpreadConv(const ConvShape& shape, std::int64_t levels,
                       std::span<const std::int32_t> thresholds,
                       std::span<const std::int32_t> weights, std::int64_t lo, std::int64_t hi)
    : impl_(std::make_unique<Impl>(shape, levels, thresholds, weights, lo, hi)) {}
SpreadConv::~SpreadConv() = default;
SpreadConv::SpreadConv(SpreadConv&&) noexcept = default;

std::size_t SpreadConv::image_bytes() const {
  return static_cast<std::size_t>(impl_->height * impl_->width * impl_->channels) *
         sizeof(std::uint16_t);
}

void SpreadConv::pad(std::byte* image) const {
  std::fill_n(reinterpret_cast<std::uint16_t*>(image),
              impl_->height * impl_->width * impl_->channels, impl_->outside());
}

template <class In>
void SpreadConv::lay_out(const In* x, std::byte* image) const {
  const Impl& i = *impl_;
  const ConvShape& s = i.shape;
  for (std::int64_t y = 0; y < s.height; ++y) {
    std::uint16_t* to = reinterpret_cast<std::uint16_t*>(image) +
                        ((y + s.pad_top) * i.width + s.pad_left) * i.channels;
    for (std::int64_t pixel = 0; pixel < s.width; ++pixel) {
      const std::uint16_t* places = i.places.data();
      for (std::int64_t c = 0; c < i.channels; ++c, places += i.values) *to++ = places[*x++ - i.lo];
    }
  }
}

void SpreadConv::multiply(const std::byte* image, std::int64_t first, std::int64_t rows,
                          std::int32_t* sums) const {
  const Impl& i = *impl_;
  const ConvShape& s = i.shape;
  for (std::int64_t y = first; y < first + rows; ++y, sums += s.out_width() * s.out_channels)
    look_up_sums({.tables = i.tables.data(),
                  .table_size = i.entries * i.columns,
                  .places = reinterpret_cast<const std::uint16_t*>(image) +
                            y * s.stride_height * i.width * i.channels,
                  .run_offsets = i.run_offsets.data(),
                  .runs = std::ssize(i.run_offsets),
                  .run = i.run,
                  .pixel_step = s.stride_width * i.channels,
                  .pixels = s.out_width(),
                  .columns = s.out_channels},
                 sums);
}

std::int64_t SpreadConv::block_rows() const {
  const ConvShape& s = impl_->shape;
  const std::int64_t row_bytes =
      s.out_width() * s.out_channels * std::int64_t{sizeof(std::int32_t)};
  return std::clamp<std::int64_t>(kSumsBytes / row_bytes, 1, s.out_height());
}

template void SpreadConv::lay_out(const std::int8_t*, std::byte*) const;
template void SpreadConv::lay_out(const std::uint8_t*, std::byte*) const;
template void SpreadConv::lay_out(const std::int16_t*, std::byte*) const;
template void SpreadConv::lay_out(const std::uint16_t*, std::byte*) const;
template void SpreadConv::lay_out(const std::int32_t*, std::byte*) const;

}  // namespace qfx::kernels
