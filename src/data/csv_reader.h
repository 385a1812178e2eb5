// CSV as RFC 4180 has it: rows of fields, quoted or not, strictly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/input_file.h"

namespace qfx::data {

// Also read: a byte order mark at the start, \n as well as \r\n, and semicolons or tabs where the
// first row has no comma. Blanks around a field that is not quoted do not count; an empty line at
// the end is none.
class CsvReader {
 public:
  // Both must outlive the reader.
  CsvReader(const InputFile& file, std::string_view text);

  // The next row's fields; false at the end. Raises UserError that names file and line: a quote
  // that is not closed, or text after a closing one.
  bool next(std::vector<std::string>& fields);

  // Of the first line of the row that next() gave, from 1.
  std::uint64_t line() const { return row_line_; }

 private:
  void find_separator();
  bool at_end() const { return position_ == text_.size(); }
  bool at_line_end() const { return text_[position_] == '\n' || text_[position_] == '\r'; }
  void skip_line_end();
  void skip_blanks();
  void read_quoted(std::string& field);
  void read_plain(std::string& field);

  const InputFile& file_;
  std::string_view text_;
  std::size_t position_ = 0;
  char separator_ = ',';
  std::uint64_t line_ = 1, row_line_ = 0;
};

}  // namespace qfx::data
