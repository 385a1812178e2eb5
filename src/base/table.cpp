#include "qfx/base/table.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "qfx/base/error.h"

namespace qfx {
namespace {

constexpr std::string_view kGap = "  ";

// The code point at the head of `text`, and its length in bytes; a wrong byte counts as itself.
std::pair<std::uint32_t, std::size_t> decode(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const std::size_t length = lead < 0x80         ? 1
                             : lead >> 5 == 0x6  ? 2
                             : lead >> 4 == 0xe  ? 3
                             : lead >> 3 == 0x1e ? 4
                                                 : 0;
  if (length == 1) return {lead, 1};
  if (length == 0 || text.size() < length) return {0xfffd, 1};
  std::uint32_t point = lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(text[i]);
    if (next >> 6 != 0x2) return {0xfffd, 1};
    point = point << 6 | (next & 0x3fu);
  }
  return {point, length};
}

bool in_ranges(std::uint32_t point,
               std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> ranges) {
  return std::ranges::any_of(ranges,
                             [&](const auto& r) { return point >= r.first && point <= r.second; });
}

// The blocks of Unicode 15 that a network's names may touch (UAX 11; combining marks of category
// Mn).
bool is_zero_width(std::uint32_t point) {
  return in_ranges(point, {{0x0300, 0x036f},
                           {0x0483, 0x0489},
                           {0x0591, 0x05bd},
                           {0x1ab0, 0x1aff},
                           {0x1dc0, 0x1dff},
                           {0x200b, 0x200f},
                           {0x20d0, 0x20ff},
                           {0xfe00, 0xfe0f},
                           {0xfe20, 0xfe2f}});
}

bool is_wide(std::uint32_t point) {
  return in_ranges(point, {{0x1100, 0x115f},
                           {0x2e80, 0x303e},
                           {0x3041, 0x33ff},
                           {0x3400, 0x4dbf},
                           {0x4e00, 0x9fff},
                           {0xa000, 0xa4cf},
                           {0xac00, 0xd7a3},
                           {0xf900, 0xfaff},
                           {0xfe30, 0xfe6f},
                           {0xff00, 0xff60},
                           {0xffe0, 0xffe6},
                           {0x1f300, 0x1f64f},
                           {0x1f680, 0x1f6ff},
                           {0x1f900, 0x1f9ff},
                           {0x20000, 0x3fffd}});
}

// Digits with a sign, a point, commas, an exponent; a range or a count of counts is text.
bool is_number(std::string_view cell) {
  return cell.find_first_not_of("0123456789.,-+e") == std::string_view::npos;
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const auto [point, length] = decode(text);
    width += is_zero_width(point) ? 0 : is_wide(point) ? 2 : 1;
    text.remove_prefix(length);
  }
  return width;
}

Table::Table(std::vector<Align> columns) : columns_(std::move(columns)) {
  QFX_ASSERT(!columns_.empty());
}

Table Table::headed(std::vector<std::string> heading) {
  Table table(std::vector<Align>(heading.size(), Align::Numeric));
  table.add_row(std::move(heading));
  return table;
}

void Table::add_row(std::vector<std::string> cells) {
  QFX_ASSERT(!cells.empty() && cells.size() <= columns_.size());
  rows_.push_back(std::move(cells));
}

void Table::add_rule() {
  rows_.emplace_back();
}

bool Table::stands_right(std::size_t column) const {
  if (columns_[column] != Align::Numeric) return columns_[column] == Align::Right;
  return rows_.size() > 1 && std::all_of(rows_.begin() + 1, rows_.end(), [&](const auto& row) {
           return column >= row.size() || is_number(row[column]);
         });
}

std::string Table::to_string() const {
  std::vector<int> widths(columns_.size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  std::vector<bool> right(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) right[i] = stands_right(i);
  int total = static_cast<int>(kGap.size() * (columns_.size() - 1));
  for (const int width : widths) total += width;

  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += kGap;
      const std::string padding(static_cast<std::size_t>(widths[i] - display_width(row[i])), ' ');
      line += right[i] ? padding + row[i] : row[i] + padding;
    }
    if (row.empty())
      for (int i = 0; i < total; ++i) line += "─";
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace qfx
