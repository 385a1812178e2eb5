#include "backends/hls/c_literals.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>

#include "qfx/base/error.h"
#include "qfx/fixed/khot.h"

namespace qfx::backends::hls {
namespace {

using dataflow::Table;

// A hexadecimal literal of 32 bits is unsigned, and so would be its negative: what does not fit an
// int says that it is wider. The most negative number of a type has no literal of its own.
std::string literal(std::int64_t value) {
  if (value == INT32_MIN || value == INT64_MIN) return literal(value + 1) + " - 1";
  const std::int64_t magnitude = value < 0 ? -value : value;
  return fmt::format("{}{:#x}{}", value < 0 ? "-" : "", magnitude,
                     magnitude > INT32_MAX ? "LL" : "");
}

std::string digits_text(std::int64_t raw, int digits, bool signed_digits) {
  std::vector<std::string> codes;
  for (const fixed::Digit& digit : fixed::digits_of(raw, signed_digits)) {
    QFX_ASSERT(digit.exponent >= 0 && digit.exponent < 32);
    codes.push_back(fmt::format("{:#04x}", 0x40 | (digit.sign < 0 ? 0x80 : 0) | digit.exponent));
  }
  QFX_ASSERT(std::ssize(codes) <= digits);
  codes.resize(static_cast<std::size_t>(digits), "0x00");
  return fmt::format("{{{{{}}}}}", fmt::join(codes, ", "));
}

// In as few words of at most 64 bits as hold the values, all of one width.
std::string bits_text(std::span<const std::int64_t> values) {
  const std::size_t words = (values.size() + 63) / 64, width = (values.size() + words - 1) / words;
  std::vector<std::string> texts;
  for (std::size_t first = 0; first < values.size(); first += width) {
    std::uint64_t word = 0;
    for (std::size_t i = first; i < std::min(first + width, values.size()); ++i)
      word |= std::uint64_t{values[i] > 0 ? 1U : 0U} << (i - first);
    texts.push_back(fmt::format("{:#x}{}", word, word > INT32_MAX ? "ULL" : ""));
  }
  return fmt::format("{{{{{}}}}}", fmt::join(texts, ", "));
}

template <class Print>
void nest(const Table& table, std::size_t axis, std::size_t& at, const Print& print,
          std::string& text) {
  text += '{';
  const bool innermost = axis + 1 == table.shape.size();
  constexpr std::int64_t kLine = 32;
  for (std::int64_t i = 0; i < table.shape[axis]; ++i) {
    if (i > 0) text += innermost && i % kLine != 0 ? ", " : ",\n";
    if (innermost) {
      text += print(table.values[at++]);
    } else {
      nest(table, axis + 1, at, print, text);
    }
  }
  text += '}';
}

template <class Print>
std::string nested(const Table& table, const Print& print) {
  std::string text;
  std::size_t at = 0;
  nest(table, 0, at, print, text);
  QFX_ASSERT(at == table.values.size());
  return text;
}

}  // namespace

std::string string_literal(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '?';
    literal += plain ? std::string(1, c) : fmt::format("\\{:03o}", static_cast<unsigned char>(c));
  }
  return literal + '"';
}

std::string c_type(int width) {
  if (width <= 8) return "signed char";
  if (width <= 16) return "short";
  return width <= 32 ? "int" : "int64_t";
}

std::string c_type(const fixed::Format& format) {
  const std::string type = c_type(format.width);
  return format.is_signed ? type : type == "signed char" ? "unsigned char" : "unsigned " + type;
}

std::string initializer(const Table& table) {
  return nested(table, literal);
}

std::string bits_initializer(const Table& table) {
  const std::int64_t count = table.shape.back();
  Table rows{.shape = table.shape, .values = {}};
  rows.shape.pop_back();
  for (std::int64_t row = 0; row < std::ssize(table.values) / count; ++row)
    rows.values.push_back(row);
  return nested(rows, [&](std::int64_t row) {
    return bits_text(
        std::span(table.values)
            .subspan(static_cast<std::size_t>(row * count), static_cast<std::size_t>(count)));
  });
}

std::string digit_initializer(const Table& table, int digits, bool signed_digits) {
  return nested(table, [&](std::int64_t raw) { return digits_text(raw, digits, signed_digits); });
}

}  // namespace qfx::backends::hls
