// Tables for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qfx::report {

// Columns of a terminal that UTF-8 text takes: combining marks none, East Asian wide characters and
// emoji two, everything else one. A byte that is not UTF-8 takes one.
int display_width(std::string_view text);

enum class Align { Left, Right };

// Rows of cells in columns as wide as their widest cell, two spaces apart; no trailing spaces.
class Table {
 public:
  // One alignment a column; rows may be shorter.
  explicit Table(std::vector<Align> columns);

  void add_row(std::vector<std::string> cells);
  // A line under what has been added so far, as wide as the table.
  void add_rule();

  // Every line ends with a newline.
  std::string to_string() const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;  // an empty one is a rule
};

// The end of a run: the float, fixed-point, integer and HLS accuracies, "-" where a part is
// missing, and the line of `qfx verify`. Raises UserError where the folder is no run folder.
std::string run_table(const std::string& run_folder);

}  // namespace qfx::report
