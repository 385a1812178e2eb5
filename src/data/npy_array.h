// NPY, NumPy's array file, versions 1 to 3, numbers only.
// Source: numpy/lib/format.py and NEP 1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/input_file.h"

namespace qfx::data {

// The three entries of the header's dictionary.
struct NpyHeader {
  char kind = 'f';    // 'u', 'i', 'f', 'b' as NumPy names them
  int item_size = 0;  // bytes: 1 to 8 of integers, 2 to 8 of floats, 1 of booleans
  bool is_big_endian = false;
  bool is_fortran = false;           // the first axis is the fastest
  std::vector<std::uint64_t> shape;  // empty: a scalar
};

struct NpyArray {
  NpyHeader header;                 // as in the file, also where `bytes` is cut by a limit
  std::vector<std::uint8_t> bytes;  // little-endian, the last axis fastest, whatever the file has
};

// Parses the header's text, a Python dictionary: descr, fortran_order, shape, each once, nothing
// else. Raises UserError through `file`.
NpyHeader parse_npy_header(const InputFile& file, std::string_view text);

// Reads up to the first element.
NpyHeader read_npy_header(InputFile& file);

// limit > 0 keeps the first `limit` entries of axis 0 only. Raises UserError that names the file.
NpyArray read_npy(InputFile& file, std::uint64_t limit);

// "(60000, 28, 28)"
std::string shape_text(const std::vector<std::uint64_t>& shape);

// "float64", NumPy's name.
std::string type_name(const NpyHeader& header);

}  // namespace qfx::data
