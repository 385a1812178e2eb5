#include "data/csv_reader.h"

namespace qfx::data {

CsvReader::CsvReader(const InputFile& file, std::string_view text) : file_(file), text_(text) {
  if (text_.starts_with("\xef\xbb\xbf")) position_ = 3;
  find_separator();
}

void CsvReader::find_separator() {
  bool is_quoted = false;
  bool semicolon = false, tab = false;
  for (std::size_t i = position_; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '\n' || c == '\r') break;
    if (c == ',') return;
    semicolon = semicolon || c == ';';
    tab = tab || c == '\t';
  }
  if (semicolon || tab) separator_ = semicolon ? ';' : '\t';
}

void CsvReader::skip_line_end() {
  if (text_[position_] == '\r' && position_ + 1 < text_.size() && text_[position_ + 1] == '\n')
    ++position_;
  ++position_;
  ++line_;
}

void CsvReader::skip_blanks() {
  while (!at_end() && (text_[position_] == ' ' || text_[position_] == '\t') &&
         text_[position_] != separator_)
    ++position_;
}

void CsvReader::read_quoted(std::string& field) {
  const std::uint64_t opened = line_;
  ++position_;
  while (true) {
    if (at_end())
      file_.fail(
          "line {}: a quote opens here and is not closed; close it, or double it (\"\") "
          "where it belongs to the text",
          opened);
    const char c = text_[position_];
    if (c == '\0') file_.fail("line {}: it holds a zero byte; a CSV file is text", line_);
    ++position_;
    if (c == '"') {
      if (at_end() || text_[position_] != '"') break;
      ++position_;
    }
    if (c == '\n') ++line_;
    field += c;
  }
  skip_blanks();
  if (!at_end() && !at_line_end() && text_[position_] != separator_)
    file_.fail("line {}: text follows a closing quote; write a quote inside quotes twice (\"\")",
               line_);
}

void CsvReader::read_plain(std::string& field) {
  const std::size_t start = position_;
  while (!at_end() && !at_line_end() && text_[position_] != separator_) {
    if (text_[position_] == '\0')
      file_.fail("line {}: it holds a zero byte; a CSV file is text", line_);
    ++position_;
  }
  std::size_t end = position_;
  while (end > start && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
  field.assign(text_.substr(start, end - start));
}

bool CsvReader::next(std::vector<std::string>& fields) {
  std::size_t count = 0;
  // Nothing but line ends up to the end is no row.
  const std::size_t rest = text_.find_first_not_of("\r\n", position_);
  if (rest == std::string_view::npos) return false;
  row_line_ = line_;
  while (true) {
    if (count == fields.size()) fields.emplace_back();
    std::string& field = fields[count++];
    field.clear();
    skip_blanks();
    if (!at_end() && text_[position_] == '"') {
      read_quoted(field);
    } else {
      read_plain(field);
    }
    if (at_end()) break;
    if (at_line_end()) {
      skip_line_end();
      break;
    }
    ++position_;  // the separator
  }
  fields.resize(count);
  return true;
}

}  // namespace qfx::data
