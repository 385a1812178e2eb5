// The scalar products of words, one struct a kind. Of each a tile uses
//   kLanes             columns in a vector
//   columns(b)         one vector of B
//   row(word)          a word of A in every lane
//   zero(), add(row, column, sum), value(sum)
#if defined(QFX_KERNELS_DOTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_DOTS_INL_H
#undef QFX_KERNELS_DOTS_INL_H
#else
#define QFX_KERNELS_DOTS_INL_H
#endif

#include <hwy/highway.h>

#include "qfx/kernels/int_gemm.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR

// Vectors of at most kColumnPad words: longer ones would read past the padding.
using Words = hn::CappedTag<std::int32_t, kColumnPad>;
using Unsigned = hn::CappedTag<std::uint32_t, kColumnPad>;
using Halves = hn::Repartition<std::int16_t, Words>;
using UnsignedHalves = hn::Repartition<std::uint16_t, Words>;

// Six rows by two vectors of sums, two columns, a row and a product fill the 16 registers of AVX2.
struct Int16Dot {
  static constexpr std::int64_t kLanes = hn::MaxLanes(Words());
  using Column = hn::Vec<Halves>;
  // The second half is there for targets whose widening multiply splits lanes; on x86 it is
  // constant zero and vanishes.
  struct Sum {
    hn::Vec<Words> sum, rest;
  };
  static HWY_INLINE Sum zero() { return {hn::Zero(Words()), hn::Zero(Words())}; }

  static HWY_INLINE Column columns(const std::uint32_t* b) {
    return hn::BitCast(Halves(), hn::LoadU(Unsigned(), b));
  }
  static HWY_INLINE Column row(std::uint32_t word) {
    return hn::BitCast(Halves(), hn::Set(Unsigned(), word));
  }
  static HWY_INLINE void add(Column row, Column column, Sum& sum) {
    sum.sum = hn::ReorderWidenMulAccumulate(Words(), row, column, sum.sum, sum.rest);
  }
  static HWY_INLINE hn::Vec<Words> value(const Sum& sum) {
    return hn::RearrangeToOddPlusEven(sum.sum, sum.rest);
  }
};

// x86 has no exact product of bytes before VNNI: its older instruction (vpmaddubsw) saturates the
// sum of two. So the bytes are widened, which costs as much as two words of int16.
struct Int8Dot {
  static constexpr std::int64_t kLanes = hn::MaxLanes(Words());

  struct Column {
    hn::Vec<Halves> even, odd;
  };
  using Row = Column;
  using Sum = Int16Dot::Sum;
  static HWY_INLINE Sum zero() { return Int16Dot::zero(); }
  static HWY_INLINE Column columns(const std::uint32_t* b) {
    const auto bytes = hn::BitCast(UnsignedHalves(), hn::LoadU(Unsigned(), b));
    return {hn::BitCast(Halves(), hn::And(bytes, hn::Set(UnsignedHalves(), 0xff))),
            hn::BitCast(Halves(), hn::ShiftRight<8>(bytes))};
  }
  static HWY_INLINE Row row(std::uint32_t word) {
    const auto bytes = hn::BitCast(Halves(), hn::Set(Unsigned(), word));
    return {hn::ShiftRight<8>(hn::ShiftLeft<8>(bytes)), hn::ShiftRight<8>(bytes)};
  }
  static HWY_INLINE void add(const Row& row, const Column& column, Sum& sum) {
    Int16Dot::add(row.even, column.even, sum);
    Int16Dot::add(row.odd, column.odd, sum);
  }
  static HWY_INLINE hn::Vec<Words> value(const Sum& sum) { return Int16Dot::value(sum); }
};

// Where neighbouring products are proved to have sums of 16 bits, the older instruction does not
// saturate. Vectors of other machines widen as above.
struct Int8FittingDot {
  static constexpr std::int64_t kLanes = hn::MaxLanes(Words());
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  using Column = hn::Vec<Unsigned>;
  using Row = hn::Vec<Unsigned>;
  struct Sum {
    hn::Vec<Words> sum;
  };
  static HWY_INLINE Sum zero() {
    return {hn::Zero(Words())};
  }
  static HWY_INLINE Column columns(const std::uint32_t* b) {
    return hn::LoadU(Unsigned(), b);
  }
  static HWY_INLINE Row row(std::uint32_t word) {
    return hn::Set(Unsigned(), word);
  }
  static HWY_INLINE void add(Row row, Column column, Sum& sum) {
#if HWY_TARGET == HWY_AVX3
    const hn::Vec<Halves> pairs{_mm512_maddubs_epi16(column.raw, row.raw)};
#elif HWY_TARGET == HWY_AVX2
    const hn::Vec<Halves> pairs{_mm256_maddubs_epi16(column.raw, row.raw)};
#else
    const hn::Vec<Halves> pairs{_mm_maddubs_epi16(column.raw, row.raw)};
#endif
    hn::Vec<Words> rest = hn::Zero(Words());
    sum.sum = hn::ReorderWidenMulAccumulate(Words(), pairs, hn::Set(Halves(), 1), sum.sum, rest);
  }
  static HWY_INLINE hn::Vec<Words> value(const Sum& sum) {
    return sum.sum;
  }
#else
  using Column = Int8Dot::Column;
  using Row = Int8Dot::Row;
  using Sum = Int8Dot::Sum;
  static HWY_INLINE Sum zero() {
    return Int8Dot::zero();
  }
  static HWY_INLINE Column columns(const std::uint32_t* b) {
    return Int8Dot::columns(b);
  }
  static HWY_INLINE Row row(std::uint32_t word) {
    return Int8Dot::row(word);
  }
  static HWY_INLINE void add(const Row& row, const Column& column, Sum& sum) {
    Int8Dot::add(row, column, sum);
  }
  static HWY_INLINE hn::Vec<Words> value(const Sum& sum) {
    return Int8Dot::value(sum);
  }
#endif
};

using WideSums = hn::CappedTag<std::int64_t, kColumnPad>;

struct Int32Dot {
  static constexpr std::int64_t kLanes = hn::MaxLanes(WideSums());
  // The low word of each lane.
  using Column = hn::Vec<hn::Repartition<std::int32_t, WideSums>>;
  using Row = Column;
  struct Sum {
    hn::Vec<WideSums> sum;
  };
  static HWY_INLINE Sum zero() { return {hn::Zero(WideSums())}; }
  static HWY_INLINE Column columns(const std::uint32_t* b) {
    const hn::Rebind<std::uint32_t, WideSums> narrow;
    const hn::Rebind<std::uint64_t, WideSums> wide;
    return hn::BitCast(hn::Repartition<std::int32_t, WideSums>(),
                       hn::PromoteTo(wide, hn::LoadU(narrow, b)));
  }
  static HWY_INLINE Row row(std::uint32_t word) {
    return hn::Set(hn::Repartition<std::int32_t, WideSums>(), static_cast<std::int32_t>(word));
  }
  static HWY_INLINE void add(Row row, Column column, Sum& sum) {
    sum.sum = hn::Add(sum.sum, hn::MulEven(row, column));
  }
  static HWY_INLINE hn::Vec<WideSums> value(const Sum& sum) { return sum.sum; }
};

#endif  // HWY_TARGET != HWY_SCALAR

}  // namespace qfx::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
