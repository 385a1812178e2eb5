#include "kernels/conv/avx512_depthwise.h"

#include <type_traits>

#include "kernels/conv/avx512_sums.h"
#include "kernels/gemm/avx512_dots.h"

#if defined(__x86_64__)

#define QFX_VBMI __attribute__((target("avx512f,avx512bw,avx512vnni,avx512vbmi")))
#define QFX_VBMI_INLINE QFX_VBMI __attribute__((always_inline)) inline

namespace qfx::kernels::avx512 {
namespace {

constexpr int kTaps = 3;

// Byte 4 * c + r of a word column is channel c of row r.
alignas(64) constexpr auto kColumnOrder = [] {
  struct {
    std::uint8_t at[64];
  } order{};
  for (int i = 0; i < 64; ++i) order.at[i] = static_cast<std::uint8_t>(i % 4 * 16 + i / 4);
  return order;
}();

struct ImageRows {
  const std::uint8_t* row[4];
};

QFX_VBMI_INLINE __m128i load_row(const std::uint8_t* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

// The words of 16 channels, `at` bytes from where the rows begin.
QFX_VBMI_INLINE __m512i load_column(const ImageRows& rows, std::int64_t at, __m512i order) {
  __m512i column = _mm512_maskz_inserti32x4(
      kAll, _mm512_zextsi128_si512(load_row(rows.row[0] + at)), load_row(rows.row[1] + at), 1);
  column = _mm512_maskz_inserti32x4(kAll, column, load_row(rows.row[2] + at), 2);
  column = _mm512_maskz_inserti32x4(kAll, column, load_row(rows.row[3] + at), 3);
  return _mm512_maskz_permutexvar_epi8(~__mmask64{0}, order, column);
}

// kPixels neighbours of kRows output rows, 16 channels of which `count` are kept.
template <int kRows, int kStride, int kPixels, class Scale, class Y>
QFX_VBMI_INLINE void tile(const ByteColumns& p, const ImageRows& rows, std::int64_t at,
                          const std::uint32_t* words, const std::int32_t* start, Scale scales,
                          std::int64_t count, Y* y) {
  __m512i sum[kRows][kPixels], weight[kRows][kTaps];
  const __m512i order = _mm512_load_si512(kColumnOrder.at);
#pragma GCC unroll 2
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int i = 0; i < kPixels; ++i) sum[r][i] = _mm512_loadu_si512(start);
#pragma GCC unroll 3
    for (int k = 0; k < kTaps; ++k)
      weight[r][k] = _mm512_loadu_si512(words + (r * kTaps + k) * kPanel);
  }
#pragma GCC unroll 20
  for (int x = 0; x < (kPixels - 1) * kStride + kTaps; ++x) {
    const __m512i column = load_column(rows, at + x * p.channels, order);
#pragma GCC unroll 3
    for (int k = 0; k < kTaps; ++k) {
      const int i = (x - k) / kStride;
      if (x < k || (x - k) % kStride != 0 || i >= kPixels) continue;
#pragma GCC unroll 2
      for (int r = 0; r < kRows; ++r) add_products(column, weight[r][k], sum[r][i]);
    }
  }
#pragma GCC unroll 2
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int i = 0; i < kPixels; ++i)
      store(sum[r][i], scales, count, y + (r * p.pixels + i) * p.channels);
  }
}

template <int kRows, int kStride, class Scale, class Y>
QFX_VBMI_INLINE void multiply_rows(const ByteColumns& p, Scale scales, Y* y) {
  for (std::int64_t c = 0; c < p.channels; c += kPanel) {
    ImageRows rows;
    // The fourth row of a single one meets weights of 0.
    for (int r = 0; r < 4; ++r)
      rows.row[r] = p.image + (r == 3 && kRows == 1 ? 2 : r) * p.row_step + c;
    const std::uint32_t* words = p.words + c * 2 * kTaps;
    const auto tiles = [&](auto pixels, std::int64_t i) QFX_VBMI {
      tile<kRows, kStride, pixels>(p, rows, i * kStride * p.channels, words, p.start + c,
                                   from(scales, c), p.channels - c, y + i * p.channels + c);
    };
    std::int64_t i = 0;
    for (; i + 8 <= p.pixels; i += 8) tiles(std::integral_constant<int, 8>(), i);
    for (; i + 4 <= p.pixels; i += 4) tiles(std::integral_constant<int, 4>(), i);
    for (; i < p.pixels; ++i) tiles(std::integral_constant<int, 1>(), i);
  }
}

template <class Scale, class Y>
QFX_VBMI void multiply(const ByteColumns& p, Scale scales, Y* y) {
  if (p.stride == 2)
    multiply_rows<1, 2>(p, scales, y);
  else if (p.two_rows)
    multiply_rows<2, 1>(p, scales, y);
  else
    multiply_rows<1, 1>(p, scales, y);
}

}  // namespace

bool has_byte_columns() {
  static const bool has =
      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw");
  return has && has_dots();
}

bool ByteColumns::takes(const ConvShape& s) {
  return s.is_depthwise() && s.kernel_height == kTaps && s.kernel_width == kTaps &&
         s.dilation_width == 1 && (s.stride_width == 1 || s.stride_width == 2);
}

std::vector<std::uint32_t> pack_byte_columns(std::span<const std::int32_t> weights,
                                             std::int64_t channels) {
  const std::int64_t blocks = (channels + kPanel - 1) / kPanel;
  std::vector<std::uint32_t> words(static_cast<std::size_t>(blocks * 2 * kTaps * kPanel), 0);
  for (std::int64_t c = 0; c < channels; ++c)
    for (int k = 0; k < kTaps; ++k) {
      std::uint32_t word = 0;
      for (int r = 0; r < kTaps; ++r)
        word |= std::uint32_t{static_cast<std::uint8_t>(
                    weights[static_cast<std::size_t>((c * kTaps + r) * kTaps + k)])}
                << 8 * r;
      std::uint32_t* block = words.data() + c / kPanel * 2 * kTaps * kPanel + c % kPanel;
      block[k * kPanel] = word;
      block[(kTaps + k) * kPanel] = word << 8;
    }
  return words;
}

void multiply_byte_columns(const ByteColumns& columns, const float* scales, float* y) {
  multiply(columns, scales, y);
}
void multiply_byte_columns(const ByteColumns& columns, const double* scales, double* y) {
  multiply(columns, scales, y);
}
void multiply_byte_columns(const ByteColumns& columns, const void* scales, std::int32_t* y) {
  multiply(columns, scales, y);
}
void multiply_byte_columns(const ByteColumns& columns, SumShifts shifts, std::int16_t* y) {
  multiply(columns, shifts, y);
}
void multiply_byte_columns(const ByteColumns& columns, SumShifts shifts, std::int8_t* y) {
  multiply(columns, shifts, y);
}

}  // namespace qfx::kernels::avx512
#endif
