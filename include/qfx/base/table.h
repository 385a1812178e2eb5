// Text in columns, for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qfx {

// Columns of a terminal that UTF-8 text takes: combining marks none, East Asian wide characters and
// emoji two, everything else one. A byte that is not UTF-8 takes one.
int display_width(std::string_view text);

// Numeric: to the right if nothing but numbers and "-" stands below the first row, which is a
// heading; else to the left.
enum class Align { Left, Right, Numeric };

// Rows of cells in columns as wide as their widest cell, two spaces apart; no trailing spaces.
class Table {
 public:
  // Rows may be shorter.
  explicit Table(std::vector<Align> columns);
  // Numeric columns under a heading.
  static Table headed(std::vector<std::string> heading);

  void add_row(std::vector<std::string> cells);
  // A line under what has been added so far, as wide as the table.
  void add_rule();

  // Every line ends with a newline.
  std::string to_string() const;

 private:
  bool stands_right(std::size_t column) const;

  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;  // an empty one is a rule
};

}  // namespace qfx
