#include "npy_records.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>

#include "qfx/base/utf8.h"

namespace qfx::command {
namespace {

template <class Word>
void append_little_endian(std::string& bytes, Word word) {
  for (std::size_t i = 0; i < sizeof(Word); ++i)
    bytes += static_cast<char>(static_cast<unsigned char>(word >> (8 * i) & 0xff));
}

// Names of nodes may hold what ends a text of Python's.
std::string python_text(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

std::string described(std::string_view field, std::string_view type, std::int64_t size) {
  const std::string name = python_text(field);
  return size == 1 ? fmt::format("('{}', '{}')", name, type)
                   : fmt::format("('{}', '{}', ({},))", name, type, size);
}

// A byte that is no UTF-8 becomes the replacement character.
std::u32string code_points(std::string_view text) {
  std::u32string points;
  while (!text.empty()) {
    const auto point = take_code_point(text);
    points += point.value_or(0xfffd);
    if (!point) text.remove_prefix(1);
  }
  return points;
}

}  // namespace

void NpyRecords::int32(
    std::string_view name, std::int64_t size,
    const std::function<std::int32_t(std::int64_t sample, std::int64_t i)>& value) {
  Field& field = fields_.emplace_back();
  field.description = described(name, "<i4", size);
  field.size = static_cast<std::size_t>(4 * size);
  for (std::int64_t sample = 0; sample < count_; ++sample)
    for (std::int64_t i = 0; i < size; ++i)
      append_little_endian(field.bytes, static_cast<std::uint32_t>(value(sample, i)));
}

void NpyRecords::float64(std::string_view name, std::int64_t size,
                         const std::function<double(std::int64_t sample, std::int64_t i)>& value) {
  Field& field = fields_.emplace_back();
  field.description = described(name, "<f8", size);
  field.size = static_cast<std::size_t>(8 * size);
  for (std::int64_t sample = 0; sample < count_; ++sample)
    for (std::int64_t i = 0; i < size; ++i)
      append_little_endian(field.bytes, std::bit_cast<std::uint64_t>(value(sample, i)));
}

void NpyRecords::text(std::string_view name,
                      const std::function<std::string(std::int64_t sample)>& value) {
  std::vector<std::u32string> texts;
  std::size_t longest = 1;
  for (std::int64_t sample = 0; sample < count_; ++sample) {
    texts.push_back(code_points(value(sample)));
    longest = std::max(longest, texts.back().size());
  }
  Field& field = fields_.emplace_back();
  field.description = described(name, fmt::format("<U{}", longest), 1);
  field.size = 4 * longest;
  for (std::u32string& points : texts) {
    points.resize(longest);
    for (const char32_t point : points)
      append_little_endian(field.bytes, static_cast<std::uint32_t>(point));
  }
}

std::string NpyRecords::bytes() const {
  std::vector<std::string> descriptions;
  for (const Field& field : fields_) descriptions.push_back(field.description);
  std::string header = fmt::format("{{'descr': [{}], 'fortran_order': False, 'shape': ({},), }}",
                                   fmt::join(descriptions, ", "), count_);
  // Magic, version, the header's length, and the header to a multiple of 64, which ends a line.
  const bool is_long = header.size() > 0xff00;
  const std::size_t before = is_long ? 12 : 10;
  header.resize((before + header.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += is_long ? '\2' : '\1';
  bytes += '\0';
  if (is_long)
    append_little_endian(bytes, static_cast<std::uint32_t>(header.size()));
  else
    append_little_endian(bytes, static_cast<std::uint16_t>(header.size()));
  bytes += header;
  for (std::size_t sample = 0; sample < static_cast<std::size_t>(count_); ++sample)
    for (const Field& field : fields_) bytes.append(field.bytes, sample * field.size, field.size);
  return bytes;
}

}  // namespace qfx::command
