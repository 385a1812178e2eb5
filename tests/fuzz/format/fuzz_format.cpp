// Any text as a format, and any value cast to what it says: either a UserError, or a format that
// survives its own text and a cast in which the fast and the exact road agree.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "qfx/base/error.h"
#include "qfx/fixed/value.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::int64_t raw = 0;
  std::int8_t shift = 0;
  if (size < sizeof raw + sizeof shift) return 0;
  std::memcpy(&raw, data, sizeof raw);
  std::memcpy(&shift, data + sizeof raw, sizeof shift);
  data += sizeof raw + sizeof shift;
  size -= sizeof raw + sizeof shift;

  qfx::fixed::Format format;
  try {
    format = qfx::fixed::parse_format({reinterpret_cast<const char*>(data), size});
  } catch (const qfx::UserError&) {
    return 0;
  }
  require(qfx::fixed::parse_format(qfx::fixed::to_string(format)) == format);
  const int from_frac = format.frac_bits() + shift;
  const qfx::fixed::BigInt exact =
      qfx::fixed::convert_raw(qfx::fixed::BigInt(raw), from_frac, format);
  const auto result = qfx::fixed::Fixed::from_raw(exact, format);
  (void)result.to_string();
  (void)result.to_double();
  if (format.width <= 63) require(exact == qfx::fixed::cast_raw(raw, from_frac, format));
  // raw / raw is one.
  if (format.width <= 63 && raw > 0 && format.frac_bits() <= 64)
    require(qfx::fixed::cast_quotient(raw, 0, raw, format) == qfx::fixed::cast_raw(1, 0, format));
  return 0;
}
