// A zip of files, as numpy.savez writes it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>
#include <zlib.h>

#include "support/data_files.h"

namespace qfx::test {

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

inline std::string zip(const std::vector<std::pair<std::string, std::string>>& files, bool packed) {
  std::string content, table;
  for (const auto& [name, bytes] : files) {
    const std::string stored = packed ? deflated(bytes, -MAX_WBITS) : bytes;
    const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
    const auto sum = crc32(0, data, static_cast<uInt>(bytes.size()));
    const std::string facts = little_endian(20, 2) + little_endian(0, 2) +
                              little_endian(packed ? 8 : 0, 2) + little_endian(0, 4) +
                              little_endian(sum, 4) + little_endian(stored.size(), 4) +
                              little_endian(bytes.size(), 4) + little_endian(name.size(), 2);
    table += "PK\x01\x02" + little_endian(20, 2) + facts + little_endian(0, 12) +
             little_endian(content.size(), 4) + name;
    content += "PK\x03\x04" + facts + little_endian(0, 2) + name + stored;
  }
  const std::string end = "PK\x05\x06" + little_endian(0, 4) + little_endian(files.size(), 2) +
                          little_endian(files.size(), 2) + little_endian(table.size(), 4) +
                          little_endian(content.size(), 4) + little_endian(0, 2);
  return content + table + end;
}

}  // namespace qfx::test
