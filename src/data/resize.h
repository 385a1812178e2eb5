// Pictures to another size, exactly: the same bytes on every machine.
#pragma once

#include "data/image_file.h"

namespace qfx::data {

// The triangle filter, bilinear where a picture grows, as wide as its step where it shrinks, so
// that every pixel counts. Along an axis of n pixels that becomes m, pixel i of the result weighs
// pixel j by
//   w(i, j) = max(0, 2 max(n, m) - |(2j + 1) m - (2i + 1) n|),
// and with w of both axes result = sum(w w' pixel) / sum(w w'), in integers and rounded once,
// halves up. height and width are 1 to kMaxImageSide.
Image resize(const Image& image, std::int64_t height, std::int64_t width);

}  // namespace qfx::data
