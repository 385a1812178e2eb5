#include "data/resize.h"

#include <algorithm>
#include <cstdlib>

#include "qfx/base/error.h"

namespace qfx::data {
namespace {

// What one pixel of the result takes along one axis.
struct Taps {
  std::int64_t first = 0;
  std::vector<std::int64_t> weights;
  std::int64_t total = 0;
};

std::vector<Taps> taps_of(std::int64_t n, std::int64_t m) {
  const std::int64_t reach = 2 * std::max(n, m);
  std::vector<Taps> all(static_cast<std::size_t>(m));
  for (std::int64_t i = 0; i < m; ++i) {
    Taps& taps = all[static_cast<std::size_t>(i)];
    // |(2j + 1) m - centre| < reach, from the first such j on
    const std::int64_t centre = (2 * i + 1) * n;
    taps.first = std::max<std::int64_t>(0, (centre - reach - m) / (2 * m));
    for (std::int64_t j = taps.first; j < n; ++j) {
      const std::int64_t weight = reach - std::abs((2 * j + 1) * m - centre);
      if (weight > 0) {
        taps.weights.push_back(weight);
        taps.total += weight;
      } else if (taps.weights.empty()) {
        taps.first = j + 1;
      } else {
        break;
      }
    }
  }
  return all;
}

}  // namespace

Image resize(const Image& image, std::int64_t height, std::int64_t width) {
  QFX_ASSERT(height >= 1 && width >= 1 && height <= kMaxImageSide && width <= kMaxImageSide);
  if (image.height == height && image.width == width) return image;
  const std::int64_t channels = image.channels;
  const std::vector<Taps> columns = taps_of(image.width, width),
                          rows = taps_of(image.height, height);
  // Along the rows first, undivided. One axis sums to 2^27 at most, both and a byte to 2^62.
  std::vector<std::int64_t> narrow(static_cast<std::size_t>(image.height * width * channels), 0);
  for (std::int64_t y = 0; y < image.height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const Taps& taps = columns[static_cast<std::size_t>(x)];
      std::int64_t* out = narrow.data() + (y * width + x) * channels;
      const std::uint8_t* in = image.pixels.data() + (y * image.width + taps.first) * channels;
      for (const std::int64_t weight : taps.weights) {
        for (std::int64_t c = 0; c < channels; ++c) out[c] += weight * *in++;
      }
    }
  }
  Image result{.channels = channels, .height = height, .width = width, .pixels = {}};
  result.pixels.resize(static_cast<std::size_t>(height * width * channels));
  const std::int64_t length = width * channels;
  std::vector<std::int64_t> sums(static_cast<std::size_t>(length));
  for (std::int64_t y = 0; y < height; ++y) {
    const Taps& taps = rows[static_cast<std::size_t>(y)];
    std::fill(sums.begin(), sums.end(), 0);
    const std::int64_t* in = narrow.data() + taps.first * length;
    for (const std::int64_t weight : taps.weights) {
      for (std::int64_t& sum : sums) sum += weight * *in++;
    }
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t total = taps.total * columns[static_cast<std::size_t>(i / channels)].total;
      result.pixels[static_cast<std::size_t>(y * length + i)] =
          static_cast<std::uint8_t>((sums[static_cast<std::size_t>(i)] + total / 2) / total);
    }
  }
  return result;
}

}  // namespace qfx::data
