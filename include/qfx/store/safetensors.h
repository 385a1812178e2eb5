// safetensors: 8 bytes of little-endian header length, a JSON header, the tensors' bytes. Reading
// runs no code and trusts nothing. Source: https://github.com/huggingface/safetensors, "Format".
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qfx/base/shape.h"

namespace qfx::store {

using qfx::to_string;

// The element types that QFX reads and writes.
enum class DType : std::uint8_t { U8, I8, I16, I32, I64, F32, F64 };

std::string_view to_string(DType dtype);
std::int64_t byte_size(DType dtype);

// The DType of a C++ element type; only those seven exist.
template <class T>
inline constexpr DType kDType = [] { static_assert(sizeof(T) == 0, "no such safetensors type"); }();
template <>
inline constexpr DType kDType<std::uint8_t> = DType::U8;
template <>
inline constexpr DType kDType<std::int8_t> = DType::I8;
template <>
inline constexpr DType kDType<std::int16_t> = DType::I16;
template <>
inline constexpr DType kDType<std::int32_t> = DType::I32;
template <>
inline constexpr DType kDType<std::int64_t> = DType::I64;
template <>
inline constexpr DType kDType<float> = DType::F32;
template <>
inline constexpr DType kDType<double> = DType::F64;

// Row-major elements as little-endian bytes. A shape may be empty (a scalar) and hold zeros.
struct Tensor {
  DType dtype = DType::F32;
  Shape shape;
  std::string bytes;
  bool operator==(const Tensor&) const = default;
};

struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;
  bool operator==(const Safetensors&) const = default;
};

// The file's content: deterministic, tensors ordered by falling element size and then by name, so
// that every tensor is aligned to its elements. A tensor whose bytes do not match its shape is our
// mistake (InternalError).
std::string serialize(const Safetensors& file);

// Inverse of serialize, for any writer's file. `file_name` names the file in errors. Raises
// UserError unless the header is valid JSON without duplicate keys and the tensors cover the data
// exactly, with no gap and no overlap.
Safetensors parse_safetensors(std::string_view content, const std::string& file_name);

// Puts a CRC-32 over all other metadata and all tensors (names, types, shapes, bytes) into the
// metadata, under "qfx_checksum" as eight hex digits. It survives a rewrite by another tool.
void seal(Safetensors& file);

// The checksum of a sealed file, which tells models apart; empty where there is none.
std::string seal_of(const Safetensors& file);

// Raises UserError where the checksum is missing or does not match.
void check_seal(const Safetensors& file, const std::string& file_name);

// Typed views of a tensor. The size must match the shape (InternalError).
template <class T>
Tensor make_tensor(Shape shape, std::span<const T> values);
// Raises UserError where the tensor is of another type; `place`, "FILE: tensor 'NAME'", begins the
// message.
template <class T>
std::vector<T> values_of(const Tensor& tensor, const std::string& place);

}  // namespace qfx::store
