// Pixels that come from other places: blocks of channels, images of another size.
#include <array>

#include "imports/operators/rules.h"

namespace qfx::imports {
namespace {

// Four axes, N, C, H and W, and a block's size.
std::int64_t block_of(const Call& call) {
  const std::int64_t block = call.integer("blocksize", 0);
  if (call.in(0).shape.size() != 4)
    fault("its input has the shape {}; it takes images, [N, C, H, W]", to_string(call.in(0).shape));
  if (block < 1 || block > 1 << 16) fault("its blocksize is {}", block);
  return block;
}

// `place` gives the input's {c, y, x} for the output's.
template <class Place>
Tensors images(const Tensor& x, const Shape& shape, const Place& place) {
  if (!is_reasonable(shape)) fault("its output would have the shape {}", to_string(shape));
  if (!x.known) return {Tensor::unknown(shape, x.is_integer)};
  check_affordable(shape);
  std::vector<std::int64_t> index;
  index.reserve(static_cast<std::size_t>(element_count(shape)));
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t c = 0; c < shape[1]; ++c)
      for (std::int64_t i = 0; i < shape[2]; ++i)
        for (std::int64_t j = 0; j < shape[3]; ++j) {
          const std::array<std::int64_t, 3> from = place(c, i, j);
          index.push_back(((n * x.shape[1] + from[0]) * x.shape[2] + from[1]) * x.shape[3] +
                          from[2]);
        }
  return {gathered(x, shape, index)};
}

}  // namespace

Tensors depth_to_space(const Call& call) {
  const std::int64_t b = block_of(call);
  const std::string mode = call.text("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") fault("its mode is '{}'; those that are here are DCR, CRD", mode);
  const Tensor& x = call.in(0);
  if (x.shape[1] % (b * b) != 0)
    fault("its blocksize is {}, and its square does not divide the {} channels", b, x.shape[1]);
  const std::int64_t channels = x.shape[1] / (b * b);
  return images(
      x, {x.shape[0], channels, x.shape[2] * b, x.shape[3] * b},
      [&](std::int64_t c, std::int64_t i, std::int64_t j) {
        const std::int64_t place = i % b * b + j % b;
        return std::array{mode == "CRD" ? c * b * b + place : place * channels + c, i / b, j / b};
      });
}

Tensors space_to_depth(const Call& call) {
  const std::int64_t b = block_of(call);
  const Tensor& x = call.in(0);
  if (x.shape[2] % b != 0 || x.shape[3] % b != 0)
    fault("its blocksize is {}, which does not divide its input {}", b, to_string(x.shape));
  return images(x, {x.shape[0], x.shape[1] * b * b, x.shape[2] / b, x.shape[3] / b},
                [&](std::int64_t c, std::int64_t i, std::int64_t j) {
                  const std::int64_t place = c / x.shape[1];
                  return std::array{c % x.shape[1], i * b + place / b, j * b + place % b};
                });
}

}  // namespace qfx::imports
