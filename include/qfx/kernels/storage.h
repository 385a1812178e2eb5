// Integers in memory, in a type no wider than they need.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qfx::kernels {

enum class Storage : std::uint8_t { Int8, UInt8, Int16, UInt16, Int32 };

// The narrowest one that holds lo..hi, which fit 32 bits; with a sign where both do.
Storage narrowest_storage(std::int64_t lo, std::int64_t hi);

// "int8"
const char* name_of(Storage storage);

// use(T{}), T the type of the elements.
template <class Use>
decltype(auto) with_type(Storage storage, const Use& use) {
  switch (storage) {
    case Storage::Int8:
      return use(std::int8_t{});
    case Storage::UInt8:
      return use(std::uint8_t{});
    case Storage::Int16:
      return use(std::int16_t{});
    case Storage::UInt16:
      return use(std::uint16_t{});
    case Storage::Int32:
      break;
  }
  return use(std::int32_t{});
}

inline std::int64_t element_bytes(Storage storage) {
  return with_type(storage, [](auto zero) { return static_cast<std::int64_t>(sizeof(zero)); });
}

void widen(const std::byte* from, Storage storage, std::int64_t count, std::int32_t* to);
// The values fit the type.
void narrow(const std::int32_t* from, std::int64_t count, std::byte* to, Storage storage);

// Whether every value lies in lo..hi.
bool all_within(const std::int32_t* values, std::int64_t count, std::int32_t lo, std::int32_t hi);

}  // namespace qfx::kernels
