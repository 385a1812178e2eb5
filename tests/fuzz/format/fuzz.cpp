// Any text as a format, and any value into it: either a UserError, or a format that survives its
// own text and in whose shape, under every mode, the fast roads agree with the law on integers
// without a limit. The values come from the end of the input, so that the front is text alone.
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fuzzer/FuzzedDataProvider.h>
#include <optional>
#include <string>

#include "qfx/base/error.h"
#include "qfx/fixed/value.h"

namespace {

using qfx::fixed::BigInt;
using qfx::fixed::Fixed;
using qfx::fixed::Format;

void require(bool condition) {
  if (!condition) std::abort();
}

// The runtime's roads are for raw values of 64 bits.
bool is_machine_format(const Format& format) {
  return format.width <= (format.is_signed ? 64 : 63);
}

template <class Convert>
std::optional<BigInt> refused_or(Convert convert) {
  try {
    return convert();
  } catch (const qfx::UserError&) {
    return std::nullopt;
  }
}

void check_raw(std::int64_t raw, int from_frac, const Format& to) {
  const BigInt exact = qfx::fixed::convert_raw(BigInt(raw), from_frac, to);
  const Fixed result = Fixed::from_raw(exact, to);  // raises unless it lies inside the format
  if (is_machine_format(to)) {
    require(exact == qfx::fixed::cast_raw(raw, from_frac, to));
    require(result.to_double() ==
            qfx::fixed::to_double(static_cast<std::int64_t>(exact), to.frac_bits()));
  }
}

// The double's own bits say what it is worth, whatever frexp thinks.
void check_double(double value, const Format& to) {
  const auto header = refused_or([&] { return Fixed::from_double(value, to).raw(); });
  require(header.has_value() == std::isfinite(value));
  if (is_machine_format(to)) {
    const auto fast = refused_or([&] { return BigInt(qfx::fixed::raw_from_double(value, to)); });
    require(fast == header);
  }
  if (!header) return;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const int exponent = static_cast<int>(bits >> 52 & 0x7ff);
  BigInt mantissa = bits & ((std::uint64_t{1} << 52) - 1);
  if (exponent != 0) mantissa += std::uint64_t{1} << 52;
  if (bits >> 63 != 0) mantissa = -mantissa;
  require(*header == qfx::fixed::convert_raw(mantissa, exponent == 0 ? 1074 : 1075 - exponent, to));
}

// raw * 2^-from_frac / divisor as a fraction of two integers without a limit.
void check_quotient(std::int64_t raw, int from_frac, std::int64_t divisor, const Format& to) {
  const int up = to.frac_bits() - from_frac;
  if (divisor <= 0 || up > 64 || !is_machine_format(to)) return;
  const BigInt numerator = up > 0 ? BigInt(BigInt(raw) << up) : BigInt(raw);
  const BigInt denominator = up < 0 ? BigInt(BigInt(divisor) << -up) : BigInt(divisor);
  BigInt floor = numerator / denominator;
  if (floor * denominator > numerator) floor -= 1;
  const BigInt twice_rest = 2 * (numerator - floor * denominator);
  using qfx::fixed::Position;
  const Position position = twice_rest == 0            ? Position::EXACT
                            : twice_rest < denominator ? Position::BELOW_HALF
                            : twice_rest > denominator ? Position::ABOVE_HALF
                                                       : Position::HALF;
  const BigInt rounded = qfx::fixed::round_at(floor, position, raw < 0, to.rounding);
  require(qfx::fixed::overflow_raw(rounded, to, floor, to.frac_bits()) ==
          qfx::fixed::cast_quotient(raw, from_frac, divisor, to));
}

// Every mode of a shape, with the N that change a branch.
template <class Check>
void for_every_mode(Format format, Check check) {
  for (int rounding = 0; rounding < qfx::fixed::kRoundingCount; ++rounding) {
    format.rounding = static_cast<qfx::fixed::Rounding>(rounding);
    for (int overflow = 0; overflow < qfx::fixed::kOverflowCount; ++overflow) {
      format.overflow = static_cast<qfx::fixed::Overflow>(overflow);
      if (format.overflow == qfx::fixed::Overflow::WRAP_SM && !format.is_signed) continue;
      const bool wraps = format.overflow >= qfx::fixed::Overflow::WRAP;
      for (const int wrap_bits : {0, 1, 2, format.width - 1, format.width}) {
        if (wrap_bits > format.width || (wrap_bits > 0 && !wraps)) continue;
        format.wrap_bits = wrap_bits;
        check(format);
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const auto raw = input.ConsumeIntegral<std::int64_t>();
  const auto value = std::bit_cast<double>(input.ConsumeIntegral<std::uint64_t>());
  const auto divisor = input.ConsumeIntegral<std::int64_t>();
  const auto apart = input.ConsumeIntegralInRange<int>(-200, 200);
  const std::string text = input.ConsumeRemainingBytesAsString();

  Format format;
  try {
    format = qfx::fixed::parse_format(text);
  } catch (const qfx::UserError&) {
    return 0;
  }
  require(qfx::fixed::parse_format(qfx::fixed::to_string(format)) == format);
  (void)Fixed::from_double(1.5, format).to_string();

  const int from_frac = format.frac_bits() + apart;
  // A double of any size is far outside of most formats: this one is near.
  const double near = std::ldexp(static_cast<double>(raw), -from_frac);
  for_every_mode(format, [&](const Format& to) {
    check_raw(raw, from_frac, to);
    check_double(value, to);
    check_double(near, to);
    check_quotient(raw, from_frac, divisor, to);
  });
  return 0;
}
