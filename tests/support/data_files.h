// Data files for tests: IDX, NPY and gzip written byte by byte, right or deliberately wrong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <zlib.h>

#include "qfx/base/error.h"

namespace qfx::test {

inline std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

inline std::string idx_images(std::uint32_t count, std::uint32_t rows, std::uint32_t columns,
                              const std::string& pixels, std::uint32_t magic = 0x803) {
  return big_endian(magic) + big_endian(count) + big_endian(rows) + big_endian(columns) + pixels;
}

inline std::string idx_labels(const std::string& labels, std::uint32_t magic = 0x801) {
  return big_endian(magic) + big_endian(static_cast<std::uint32_t>(labels.size())) + labels;
}

inline std::string npy(const std::string& dictionary, const std::string& content, int major = 1) {
  const std::size_t length_size = major == 1 ? 2 : 4;
  std::string header = dictionary;
  while ((8 + length_size + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string file = "\x93NUMPY";
  file += static_cast<char>(major);
  file += '\0';
  for (std::size_t i = 0; i < length_size; ++i) file += static_cast<char>(header.size() >> (8 * i));
  return file + header + content;
}

inline std::string npy(const std::string& descr, const std::string& shape,
                       const std::string& content, int major = 1) {
  return npy("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }",
             content, major);
}

template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

inline void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

// zlib's form of it: MAX_WBITS + 16 is gzip, -MAX_WBITS neither head nor end.
inline std::string deflated(const std::string& content, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string gzip(const std::string& content) {
  return deflated(content, MAX_WBITS + 16);
}

}  // namespace qfx::test
