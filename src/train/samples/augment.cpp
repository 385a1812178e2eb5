#include "train/samples/augment.h"

#include <algorithm>
#include <vector>

#include "qfx/base/error.h"

namespace qfx::train {

void augment(const frontends::Augment& settings, const graph::Shape& shape, Random& random,
             float* sample) {
  if (!settings.flip && settings.crop_padding <= 0) return;
  if (shape.size() != 3) {
    user_error(
        "augmentation flips and crops images, but a sample here has shape {}; leave augment out",
        graph::to_string(shape));
  }
  const std::int64_t channels = shape[0], height = shape[1], width = shape[2];
  if (settings.flip && random.below(2) == 1) {
    for (std::int64_t row = 0; row < channels * height; ++row) {
      std::reverse(sample + row * width, sample + (row + 1) * width);
    }
  }
  const std::int64_t padding = settings.crop_padding;
  if (padding <= 0) return;
  const auto shift = [&] {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * padding + 1))) -
           padding;
  };
  const std::int64_t down = shift(), right = shift();
  if (down == 0 && right == 0) return;
  const std::vector<float> from(sample, sample + channels * height * width);
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        const std::int64_t from_y = y + down, from_x = x + right;
        const bool inside = from_y >= 0 && from_y < height && from_x >= 0 && from_x < width;
        sample[(c * height + y) * width + x] =
            inside ? from[(c * height + from_y) * width + from_x] : 0.0F;
      }
    }
  }
}

}  // namespace qfx::train
