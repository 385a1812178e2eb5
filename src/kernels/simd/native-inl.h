// What an instruction set does in one instruction and Highway has no name for.
#if defined(QFX_KERNELS_NATIVE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_NATIVE_INL_H
#undef QFX_KERNELS_NATIVE_INL_H
#else
#define QFX_KERNELS_NATIVE_INL_H
#endif

#include "hwy/highway.h"
#include "kernels/targets.h"

// Whether instructions round as they are told, take three-way logic and act where a mask says.
#undef QFX_IS_AVX512
#define QFX_IS_AVX512 (HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86)

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if QFX_HAS_VECTORS

#if QFX_IS_AVX512

inline constexpr int kDown = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;
inline constexpr int kUp = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC;
inline constexpr int kToZero = _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC;

// a * b + c, rounded once, in direction kTo.
template <int kTo>
HWY_INLINE hn::Vec512<float> mul_add_toward(hn::Vec512<float> a, hn::Vec512<float> b,
                                            hn::Vec512<float> c) {
  return {_mm512_fmadd_round_ps(a.raw, b.raw, c.raw, kTo)};
}
template <int kTo>
HWY_INLINE hn::Vec512<double> mul_add_toward(hn::Vec512<double> a, hn::Vec512<double> b,
                                             hn::Vec512<double> c) {
  return {_mm512_fmadd_round_pd(a.raw, b.raw, c.raw, kTo)};
}

template <int kTable>
HWY_INLINE hn::Vec512<float> by_truth_table(hn::Vec512<float> a, hn::Vec512<float> b,
                                            hn::Vec512<float> c) {
  return {_mm512_castsi512_ps(_mm512_ternarylogic_epi32(
      _mm512_castps_si512(a.raw), _mm512_castps_si512(b.raw), _mm512_castps_si512(c.raw), kTable))};
}
template <int kTable>
HWY_INLINE hn::Vec512<double> by_truth_table(hn::Vec512<double> a, hn::Vec512<double> b,
                                             hn::Vec512<double> c) {
  return {_mm512_castsi512_pd(_mm512_ternarylogic_epi64(
      _mm512_castpd_si512(a.raw), _mm512_castpd_si512(b.raw), _mm512_castpd_si512(c.raw), kTable))};
}

HWY_INLINE hn::Vec512<std::int32_t> subtract_where(hn::Mask512<float> mask,
                                                   hn::Vec512<std::int32_t> a,
                                                   hn::Vec512<std::int32_t> b) {
  return {_mm512_mask_sub_epi32(a.raw, mask.raw, a.raw, b.raw)};
}
HWY_INLINE hn::Vec512<std::int64_t> subtract_where(hn::Mask512<double> mask,
                                                   hn::Vec512<std::int64_t> a,
                                                   hn::Vec512<std::int64_t> b) {
  return {_mm512_mask_sub_epi64(a.raw, mask.raw, a.raw, b.raw)};
}

// a where it equals b or one of both is NaN, else 0.
HWY_INLINE hn::Vec512<float> a_where_equal(hn::Vec512<float> a, hn::Vec512<float> b) {
  return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a.raw, b.raw, _CMP_EQ_UQ), a.raw)};
}
HWY_INLINE hn::Vec512<double> a_where_equal(hn::Vec512<double> a, hn::Vec512<double> b) {
  return {_mm512_maskz_mov_pd(_mm512_cmp_pd_mask(a.raw, b.raw, _CMP_EQ_UQ), a.raw)};
}

#endif  // QFX_IS_AVX512

// n where low <= n <= high or n is NaN, else 0.
template <class D, class V>
HWY_INLINE V zero_outside(D, V n, V low, V high) {
#if QFX_IS_AVX512
  return a_where_equal(n, hn::Max(low, hn::Min(high, n)));
#else
  return hn::IfThenZeroElse(hn::Or(hn::Lt(n, low), hn::Gt(n, high)), n);
#endif
}

// bits | (a ^ b): gathers where a and b differ.
template <class D, class V>
HWY_INLINE V or_difference(D, V bits, V a, V b) {
#if QFX_IS_AVX512
  return by_truth_table<0xF6>(bits, a, b);
#else
  return hn::Or(bits, hn::Xor(a, b));
#endif
}

// Adds 1 where mask.
template <class D>
HWY_INLINE hn::Vec<hn::RebindToSigned<D>> count_where(D d, hn::Vec<hn::RebindToSigned<D>> counts,
                                                      hn::Mask<D> mask) {
  const hn::RebindToSigned<D> di;
#if QFX_IS_AVX512
  (void)d;
  return subtract_where(mask, counts, hn::Set(di, -1));
#else
  return hn::Sub(counts, hn::BitCast(di, hn::VecFromMask(d, mask)));  // a true lane is -1
#endif
}

#endif  // QFX_HAS_VECTORS

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
