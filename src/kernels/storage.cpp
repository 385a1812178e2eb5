#include "qfx/kernels/storage.h"

#include "kernels/clones.h"

#include "qfx/base/error.h"
#include "qfx/kernels/fits.h"

namespace qfx::kernels {
namespace {

#define QFX_FOR_TYPE(T)                                                             \
  QFX_CLONES void widen_all(const T* from, std::int64_t count, std::int32_t* to) {  \
    for (std::int64_t i = 0; i < count; ++i) to[i] = from[i];                       \
  }                                                                                 \
  QFX_CLONES void narrow_all(const std::int32_t* from, std::int64_t count, T* to) { \
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<T>(from[i]);       \
  }
QFX_FOR_TYPE(std::int8_t)
QFX_FOR_TYPE(std::uint8_t)
QFX_FOR_TYPE(std::int16_t)
QFX_FOR_TYPE(std::uint16_t)
QFX_FOR_TYPE(std::int32_t)
#undef QFX_FOR_TYPE

}  // namespace

Storage narrowest_storage(std::int64_t lo, std::int64_t hi) {
  if (fits<std::int8_t>(lo, hi)) return Storage::Int8;
  if (fits<std::uint8_t>(lo, hi)) return Storage::UInt8;
  if (fits<std::int16_t>(lo, hi)) return Storage::Int16;
  if (fits<std::uint16_t>(lo, hi)) return Storage::UInt16;
  QFX_ASSERT(fits<std::int32_t>(lo, hi));
  return Storage::Int32;
}

const char* name_of(Storage storage) {
  switch (storage) {
    case Storage::Int8:
      return "int8";
    case Storage::UInt8:
      return "uint8";
    case Storage::Int16:
      return "int16";
    case Storage::UInt16:
      return "uint16";
    case Storage::Int32:
      break;
  }
  return "int32";
}

void widen(const std::byte* from, Storage storage, std::int64_t count, std::int32_t* to) {
  with_type(storage, [&]<class T>(T) { widen_all(reinterpret_cast<const T*>(from), count, to); });
}

void narrow(const std::int32_t* from, std::int64_t count, std::byte* to, Storage storage) {
  with_type(storage, [&]<class T>(T) { narrow_all(from, count, reinterpret_cast<T*>(to)); });
}

QFX_CLONES bool all_within(const std::int32_t* values, std::int64_t count, std::int32_t lo,
                           std::int32_t hi) {
  std::int32_t outside = 0;
  for (std::int64_t i = 0; i < count; ++i) outside |= (values[i] < lo) | (values[i] > hi);
  return outside == 0;
}

}  // namespace qfx::kernels
