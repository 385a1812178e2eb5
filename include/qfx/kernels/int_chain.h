// Several element-wise operations in one pass over memory: values are loaded once, stay in registers
// from operation to operation, and are stored once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "qfx/kernels/int_cast.h"
#include "qfx/kernels/int_elementwise.h"
#include "qfx/kernels/storage.h"

namespace qfx::kernels {

// Lanes hold 32 bits. Products and sums are modulo 2^32: exact wherever the caller proves that the
// true value fits.
class IntChain {
 public:
  // Element i of a tensor is of channel i % channels.
  explicit IntChain(std::int64_t channels) : channels_(channels) {}

  // Whether cast() takes it.
  static bool takes(const IntCast& cast) {
    return cast.path() == IntCast::Path::Copy || cast.path() == IntCast::Path::Narrow;
  }

  // Each appends an operation on the value v. Constants per channel, or one for all.
  // v * factor + term
  void multiply_add(std::span<const std::int32_t> factor, std::span<const std::int32_t> term);
  void cast(const IntCast& cast);
  // max(v, 0)
  void relu();
  void clip(const Clipping<std::int32_t>& clipping);
  // v * (v < 0 ? below : above)
  void slope_below_zero(std::span<const std::int32_t> below, std::int32_t above);
  // table[v - low]; the caller proves that this is an entry.
  void look_up(std::span<const std::int32_t> table, std::int32_t low);
  // With the next of the other tensors, of which each call takes one: v * factor + other *
  // other_factor, and v * other.
  void add(Storage other, std::int32_t factor, std::int32_t other_factor);
  void multiply(Storage other);
  // The most other tensors.
  static constexpr int kMostOthers = 8;

  // Elements first, first + 1, ... of some tensors.
  struct Part {
    const std::byte* from;  // the value of the first one
    Storage from_storage;
    const std::byte* const* others;  // whole tensors, as is `to`
    std::byte* to;
    Storage to_storage;
    std::int64_t first, count;
  };
  // `to` may be the memory of the values or of one of the others.
  void run(const Part& part) const;

  enum class Code : std::uint8_t {
    MultiplyAdd,  // by channel: constants a, b
    AddTerm,      // by channel: a
    MultiplyAddAll,
    ShiftRight,
    ShiftLeft,
    HalfUp,
    Round,
    Clamp,
    Zero,
    WrapSigned,
    WrapUnsigned,
    Clip,
    Slope,  // by channel: a
    LookUp,
    AddOther,
    MultiplyOther
  };
  // The numbers mean what the code's operation says.
  struct Operation {
    Code code;
    Storage storage = Storage::Int32;  // of the other
    int other = 0;
    int shift = 0;
    std::int64_t a = 0, b = 0;  // where constants begin
    std::int32_t k[5] = {};
  };

 private:
  std::int64_t place(std::span<const std::int32_t> constants);
  Operation& append(Code code);

  std::int64_t channels_;
  int others_ = 0;
  std::vector<Operation> operations_;
  std::vector<std::int32_t> constants_;
};

}  // namespace qfx::kernels
