// The elements of an array as numbers of C++.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/npy_array.h"

namespace qfx::data {

// Half precision, which C++20 does not have.
double half_value(std::uint16_t bits);

namespace detail {

inline std::uint64_t little_endian(const std::uint8_t* bytes, int size) {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return value;
}

}  // namespace detail

// Calls visit(index, value) for every element, value a double, an std::int64_t or an
// std::uint64_t, whichever has the element exactly.
template <class Visit>
void visit_numbers(const NpyArray& array, const Visit& visit) {
  const int size = array.header.item_size;
  const std::size_t count = array.bytes.size() / static_cast<std::size_t>(size);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t raw =
        detail::little_endian(array.bytes.data() + i * static_cast<std::size_t>(size), size);
    if (array.header.kind == 'u') {
      visit(i, raw);
    } else if (array.header.kind == 'b') {
      visit(i, std::uint64_t{raw != 0});
    } else if (array.header.kind == 'i') {
      const int unused = 64 - 8 * size;
      visit(i, static_cast<std::int64_t>(raw << unused) >> unused);
    } else if (size == 2) {
      visit(i, half_value(static_cast<std::uint16_t>(raw)));
    } else if (size == 4) {
      visit(i, double{std::bit_cast<float>(static_cast<std::uint32_t>(raw))});
    } else {
      visit(i, std::bit_cast<double>(raw));
    }
  }
}

// Every element rounded once to float32. Raises UserError, naming element and entry of axis 0,
// where one is not finite or beyond float32; `changed` says whether one is not what it was.
std::vector<float> npy_floats(const InputFile& file, const NpyArray& array, bool& changed);

}  // namespace qfx::data
