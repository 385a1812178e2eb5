#include "data/npy_values.h"

#include <limits>
#include <type_traits>

namespace qfx::data {
namespace {

// Whether a float, rounded from this integer, still is it. The bound keeps the way back defined.
template <class Integer>
bool is_same(float rounded, Integer value) {
  constexpr float kBound = std::is_signed_v<Integer> ? 0x1p63F : 0x1p64F;
  return rounded < kBound && static_cast<Integer>(rounded) == value;
}

}  // namespace

double half_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double magnitude = 0;
  if (exponent == 31) {
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else {
    magnitude = std::ldexp(1024 + fraction, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

std::vector<float> npy_floats(const InputFile& file, const NpyArray& array, bool& changed) {
  std::size_t entry = 1;  // elements of an entry of axis 0
  for (std::size_t axis = 1; axis < array.header.shape.size(); ++axis)
    entry *= static_cast<std::size_t>(array.header.shape[axis]);
  std::vector<float> values(array.bytes.size() / static_cast<std::size_t>(array.header.item_size));
  changed = false;
  visit_numbers(array, [&](std::size_t i, auto value) {
    if constexpr (std::is_same_v<decltype(value), double>) {
      if (!std::isfinite(value))
        file.fail("element {} of sample {} is {}; every value must be finite", i % entry, i / entry,
                  value);
      if (std::abs(value) > std::numeric_limits<float>::max())
        file.fail(
            "element {} of sample {} is {}; every value must be within float32's range, below "
            "3.4e38",
            i % entry, i / entry, value);
      values[i] = static_cast<float>(value);
      changed = changed || double{values[i]} != value;
    } else {
      values[i] = static_cast<float>(value);
      changed = changed || !is_same(values[i], value);
    }
  });
  return values;
}

}  // namespace qfx::data
