#include "qfx/kernels/int_linear.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <type_traits>

#include "qfx/base/error.h"

namespace qfx::kernels {
namespace {

constexpr std::int64_t kAlignment = 64;
// Weights of a block of outputs, in a part of the second-level cache.
constexpr std::int64_t kPackedBytes = 128 * 1024;

bool fit_int16(std::int64_t lo, std::int64_t hi) {
  return lo >= std::numeric_limits<std::int16_t>::min() &&
         hi <= std::numeric_limits<std::int16_t>::max();
}

std::uint32_t pair(std::int32_t low, std::int32_t high) {
  return static_cast<std::uint16_t>(low) | static_cast<std::uint32_t>(high) << 16;
}

// What each pair of inputs adds to any output's sum, at most.
std::vector<std::int64_t> pair_bounds(std::span<const std::int32_t> weights, std::int64_t in,
                                      std::int64_t largest_input) {
  std::vector<std::int64_t> most((in + 1) / 2, 0);
  for (std::size_t row = 0; row < weights.size(); row += in)
    for (std::int64_t k = 0; k < in; k += 2) {
      std::int64_t sum = std::abs(std::int64_t{weights[row + k]});
      if (k + 1 < in) sum += std::abs(std::int64_t{weights[row + k + 1]});
      most[k / 2] = std::max(most[k / 2], sum * largest_input);
    }
  return most;
}

}  // namespace

template <class Sum>
IntLinear<Sum>::IntLinear(std::int64_t out, std::int64_t in, std::span<const std::int32_t> weights,
                          std::int64_t lo, std::int64_t hi)
    : out_(out), in_(in) {
  QFX_ASSERT(std::ssize(weights) == out * in && in > 0 && lo <= hi);
  pairs_ = fit_int16(lo, hi) && std::all_of(weights.begin(), weights.end(),
                                            [](std::int32_t w) { return fit_int16(w, w); });
  if constexpr (std::is_same_v<Sum, std::int32_t>) {
    QFX_ASSERT(pairs_);
  } else if (pairs_) {
    chunk_ = safe_chunk(pair_bounds(weights, in, std::max(std::abs(lo), std::abs(hi))));
    pairs_ = chunk_ >= std::min(kLeastChunk, (in + 1) / 2);
  }
  depth_ = pairs_ ? (in + 1) / 2 : in;
  stride_ = round_up(out, kColumnPad);
  packed_.assign(depth_ * stride_ + kColumnPad, 0);
  for (std::int64_t o = 0; o < out; ++o)
    for (std::int64_t p = 0; p < depth_; ++p) {
      const std::int32_t* w = weights.data() + o * in;
      packed_[p * stride_ + o] = pairs_ ? pair(w[2 * p], 2 * p + 1 < in ? w[2 * p + 1] : 0)
                                        : static_cast<std::uint32_t>(w[p]);
    }
  for (std::int64_t p = 0; p < depth_; ++p) rows_.push_back(p * stride_);
  const std::int64_t blocks = std::max<std::int64_t>(kPackedBytes / (depth_ * 4 * kColumnBlock), 1);
  block_ = std::min(blocks * kColumnBlock, stride_);
}

template <class Sum>
std::string IntLinear<Sum>::name() const {
  if (!pairs_) return "int32 x int32 -> int64";
  return std::is_same_v<Sum, std::int32_t> ? "int16 x int16 -> int32"
                                           : "int16 x int16 -> int32 -> int64";
}

template <class Sum>
std::size_t IntLinear<Sum>::scratch_bytes(std::int64_t images) const {
  return static_cast<std::size_t>(round_up(images * depth_ * 4, kAlignment) +
                                  images * block_ * std::int64_t{sizeof(Sum)});
}

template <class Sum>
template <class In>
void IntLinear<Sum>::pack_inputs(const In* x, std::int64_t images, std::byte* scratch) const {
  auto* words = reinterpret_cast<std::uint32_t*>(scratch);
  if (!pairs_) {
    std::transform(x, x + images * in_, words,
                   [](std::int32_t value) { return static_cast<std::uint32_t>(value); });
    return;
  }
  for (std::int64_t image = 0; image < images; ++image, x += in_) {
    for (std::int64_t p = 0; p < in_ / 2; ++p) *words++ = pair(x[2 * p], x[2 * p + 1]);
    if (in_ % 2 == 1) *words++ = pair(x[in_ - 1], 0);
  }
}

template <class Sum>
const Sum* IntLinear<Sum>::multiply(std::int64_t first, std::int64_t count, std::int64_t images,
                                    std::byte* scratch) const {
  const WordProduct product{.a = reinterpret_cast<const std::uint32_t*>(scratch),
                            .a_stride = depth_,
                            .b = packed_.data() + first,
                            .rows = rows_.data(),
                            .m = images,
                            .n = count,
                            .depth = depth_};
  Sum* sums = reinterpret_cast<Sum*>(scratch + round_up(images * depth_ * 4, kAlignment));
  if constexpr (std::is_same_v<Sum, std::int32_t>) {
    gemm_int16(product, sums, block_);
  } else {
    if (pairs_)
      gemm_int16_chunks(product, chunk_, sums, block_);
    else
      gemm_int32(product, sums, block_);
  }
  return sums;
}

#define QFX_FOR_INPUT(Sum, In) \
  template void IntLinear<Sum>::pack_inputs<In>(const In*, std::int64_t, std::byte*) const;
#define QFX_FOR_SUM(Sum)            \
  template class IntLinear<Sum>;    \
  QFX_FOR_INPUT(Sum, std::int8_t)   \
  QFX_FOR_INPUT(Sum, std::uint8_t)  \
  QFX_FOR_INPUT(Sum, std::int16_t)  \
  QFX_FOR_INPUT(Sum, std::uint16_t) \
  QFX_FOR_INPUT(Sum, std::int32_t)
QFX_FOR_SUM(std::int32_t)
QFX_FOR_SUM(std::int64_t)
#undef QFX_FOR_SUM
#undef QFX_FOR_INPUT

}  // namespace qfx::kernels
