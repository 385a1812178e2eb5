// Several element-wise operations in one pass over memory: values are loaded once, stay in
// registers from operation to operation, and are stored once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "qfx/kernels/int_cast.h"
#include "qfx/kernels/int_elementwise.h"
#include "qfx/kernels/storage.h"

namespace qfx::kernels {

// Elements first, first + 1, ... of some tensors.
struct ChainPart {
  const std::byte* from;  // the value of the first one
  Storage from_storage;
  const std::byte* const* others;  // whole tensors, as is `to`; at most kMostOthers
  std::byte* to;
  std::int64_t first, count;
  bool from_sums = false;  // lanes of 64 bits only: `from` are int64_t, whatever from_storage says

  static constexpr int kMostOthers = 8;
};

enum class ChainCode : std::uint8_t {
  // A sum and its shift to the right, (v * a + b) >> shift: of constants by channel, or with k[0]
  // and k[1] for all; with or without a factor.
  MultiplyAdd,
  Add,
  MultiplyAddAll,
  AddAll,
  // The same of two tensors: (v * k[0] + other * k[1] + k[2]) >> shift.
  AddScaledOther,
  AddTimesOther,  // k[0] is 1
  AddOther,       // k[1] too
  SubtractOther,  // k[1] is -1
  MultiplyOther,
  LargerOther,  // of the same two terms
  SmallerOther,
  ShiftLeft,
  HalfUp,
  Round,
  Clamp,
  Max,
  Min,
  Zero,
  WrapSigned,
  WrapUnsigned,
  Clip,
  Slope,  // constants a by channel
  LookUp
};

// The numbers mean what the code's operation says (src/kernels/int_chain_steps.cpp).
template <class Lane>
struct ChainOperation {
  ChainCode code;
  Storage storage = Storage::Int32;  // of the other
  int other = 0;
  int shift = 0;
  // In lanes of 32 bits: a factor of v or the other is its low 16 bits, with their sign, and so is
  // what it meets. A product of halves is the cheaper one.
  bool narrow = false;
  std::int64_t a = 0, b = 0;  // where constants begin
  Lane k[5] = {};
};

// Lanes are int16_t, int32_t or int64_t. Products are modulo 2^16, 2^32 or 2^64, and so are sums,
// but those of 16 bits saturate. All of it is exact wherever the caller proves that true values
// fit.
template <class Lane>
class IntChain {
 public:
  // Element i of a tensor is of channel i % channels; results are stored as `to`.
  IntChain(std::int64_t channels, Storage to) : channels_(channels), to_(to) {}

  // Whether cast() takes it. In lanes of 16 bits the caller proves that half a unit of the result,
  // added before the shift of a rounding to nearest, fits too.
  static bool takes(const IntCast& cast) {
    const bool is_wide = cast.path() == IntCast::Path::Wide && sizeof(Lane) == sizeof(std::int64_t);
    return cast.path() == IntCast::Path::Copy || cast.path() == IntCast::Path::Narrow || is_wide;
  }

  // Each appends an operation on the value v. Constants per channel, or one for all. narrow: the
  // caller proves that v, another tensor and their factors fit 16 bits.
  // v * factor + term
  void multiply_add(std::span<const Lane> factor, std::span<const Lane> term, bool narrow = false);
  void cast(const IntCast& cast);
  void clamp(Lane lo, Lane hi);
  void clip(const Clipping& clipping);
  // v * (v < 0 ? below : above)
  void slope_below_zero(std::span<const Lane> below, Lane above, bool narrow = false);
  // table[v - low]; the caller proves that this is an entry.
  void look_up(std::span<const Lane> table, Lane low);
  // With the next of the other tensors, of which each call takes one: v * factor + other *
  // other_factor, and v * other.
  void add(Storage other, Lane factor, Lane other_factor, bool narrow = false);
  void multiply(Storage other);
  // The larger and the smaller of v * factor and other * other_factor.
  void larger(Storage other, Lane factor, Lane other_factor);
  void smaller(Storage other, Lane factor, Lane other_factor);
  // After the last one.
  void end();

  // `to` may be the memory of the values or of one of the others.
  void run(const ChainPart& part) const;

 private:
  using Operation = ChainOperation<Lane>;

  std::int64_t place(std::span<const Lane> constants);
  Operation& append(ChainCode code);
  void round_half_up(const IntCast::Plan& plan);

  std::int64_t channels_;
  Storage to_;
  int others_ = 0;
  std::vector<Operation> operations_;
  std::vector<Lane> constants_;
};

extern template class IntChain<std::int16_t>;
extern template class IntChain<std::int32_t>;
extern template class IntChain<std::int64_t>;

}  // namespace qfx::kernels
