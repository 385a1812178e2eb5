// The two integer matrix products a step may be proved to fit, under one set of names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_gemm.h"
#include "qfx/kernels/int_im2col.h"

namespace qfx::runtime {

// 16-bit operands and 32-bit sums; B in pairs of rows.
struct NarrowOperands {
  using Value = std::int16_t;
  using Packed = std::uint32_t;
  using Sum = std::int32_t;
  static constexpr const char* kOperation = "int16 x int16";

  // Rows of packed B for k rows of B.
  static std::int64_t depth(std::int64_t k) { return (k + 1) / 2; }
  // Columns of A.
  static std::int64_t a_stride(std::int64_t k) { return 2 * depth(k); }

  static void pack(const Value* image, const kernels::Windows& windows, std::int64_t first,
                   std::int64_t count, Packed* out, std::int64_t stride) {
    kernels::pack_pairs(image, windows, first, count, out, stride);
  }
  static void gemm(const Value* a, const Packed* b, std::int64_t b_stride, Sum* c,
                   std::int64_t c_stride, std::int64_t m, std::int64_t n, std::int64_t k) {
    kernels::gemm_int16(a, a_stride(k), b, b_stride, c, c_stride, m, n, depth(k));
  }
};

// 32-bit operands and 64-bit sums.
struct WideOperands {
  using Value = std::int32_t;
  using Packed = std::int32_t;
  using Sum = std::int64_t;
  static constexpr const char* kOperation = "int32 x int32";

  static std::int64_t depth(std::int64_t k) { return k; }
  static std::int64_t a_stride(std::int64_t k) { return k; }

  static void pack(const Value* image, const kernels::Windows& windows, std::int64_t first,
                   std::int64_t count, Packed* out, std::int64_t stride) {
    kernels::pack_words(image, windows, first, count, out, stride);
  }
  static void gemm(const Value* a, const Packed* b, std::int64_t b_stride, Sum* c,
                   std::int64_t c_stride, std::int64_t m, std::int64_t n, std::int64_t k) {
    kernels::gemm_int32(a, a_stride(k), b, b_stride, c, c_stride, m, n, k);
  }
};

// {rows, k} as the A of a product.
template <class Operands>
std::vector<typename Operands::Value> pack_a(const std::vector<std::int32_t>& values,
                                             std::int64_t rows, std::int64_t k) {
  const std::int64_t stride = Operands::a_stride(k);
  std::vector<typename Operands::Value> packed(rows * stride, 0);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < k; ++i)
      packed[r * stride + i] = static_cast<typename Operands::Value>(values[r * k + i]);
  return packed;
}

// Calls make<Operands, Acc>(kernel name) with the cheapest types that are proved to hold the
// products of a conv2d or linear and its exact value.
template <class Make>
std::unique_ptr<Step> by_operands(const Analyzed& analyzed, graph::NodeId id, const Make& make) {
  const graph::NodeRange& range = analyzed.ranges[id];
  const graph::FrozenParam& weight = analyzed.node(id).params.at("weight");
  const graph::Interval& x = analyzed.source_range(id);
  const auto name = [&](const char* operation, const char* sums) {
    return describe(operation, sums, range.accumulator_width);
  };
  const bool narrow =
      fits<std::int16_t>(x) && fits<std::int16_t>(weight.raw) && products_fit_int32(weight, x);
  if (!narrow)
    return make.template operator()<WideOperands, std::int64_t>(
        name(WideOperands::kOperation, "int64"));
  if (fits<std::int32_t>(range.accumulator))
    return make.template operator()<NarrowOperands, std::int32_t>(
        name(NarrowOperands::kOperation, "int32"));
  return make.template operator()<NarrowOperands, std::int64_t>(
      name(NarrowOperands::kOperation, "int32, int64"));
}

// Hands out consecutive arrays of a step's scratch memory, each at a 64-byte boundary. With a null
// base it only counts.
class Carver {
 public:
  explicit Carver(std::byte* base) : base_(base) {}

  template <class T>
  T* take(std::int64_t count) {
    std::byte* at = base_ == nullptr ? nullptr : base_ + used_;
    used_ += kernels::round_up(count * static_cast<std::int64_t>(sizeof(T)), kAlignment);
    return reinterpret_cast<T*>(at);
  }
  std::size_t used() const { return static_cast<std::size_t>(used_); }

 private:
  static constexpr std::int64_t kAlignment = 64;
  std::byte* base_;
  std::int64_t used_ = 0;
};

}  // namespace qfx::runtime
