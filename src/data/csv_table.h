// One CSV file as a table with named columns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv_reader.h"
#include "data/input_file.h"

namespace qfx::data {

class CsvTable {
 public:
  // Reads the file; its first row is a header where a name in `wanted` stands in it, where a field
  // that is no number stands above one, or where it is 0, 1, 2 and so on, as pandas names columns
  // without names. Columns of a table without a header are called 1, 2 and so on. Raises UserError
  // that names the file: no rows, columns of one name.
  CsvTable(const std::filesystem::path& path, std::string_view help,
           const std::vector<std::string>& wanted);

  const std::vector<std::string>& names() const { return names_; }
  bool has_header() const { return has_header_; }
  const std::filesystem::path& path() const { return file_.path(); }

  // Calls visit(line, fields) for every row but the header. Raises UserError where a row has not as
  // many fields as the first.
  template <class Visit>
  void visit_rows(const Visit& visit) const {
    CsvReader reader(file_, text());
    std::vector<std::string> fields;
    if (has_header_) reader.next(fields);
    while (reader.next(fields)) {
      check_width(reader.line(), fields.size());
      visit(reader.line(), fields);
    }
  }

  std::optional<std::size_t> find(const std::string& name) const;
  // Raises UserError that lists the names. `key` is the recipe's, which asks for the column.
  std::size_t column(const std::string& name, std::string_view key) const;

  // Raises UserError "FILE: line 3, column 'age': sentence".
  [[noreturn]] void fail_at(std::uint64_t line, std::size_t column,
                            const std::string& sentence) const;
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> sentence, Args&&... args) const {
    file_.fail(sentence, std::forward<Args>(args)...);
  }

 private:
  std::string_view text() const {
    return {reinterpret_cast<const char*>(content_.data()), content_.size()};
  }
  void read_head(const std::vector<std::string>& wanted);
  void check_width(std::uint64_t line, std::size_t fields) const;

  InputFile file_;
  std::vector<std::uint8_t> content_;
  std::vector<std::string> names_;
  bool has_header_ = false;
};

// The field as a number: decimal, or true and false. Empty where it is none.
std::optional<double> csv_number(std::string_view field);

// Nothing, or one of the usual words for it: NA, NaN, null, ?.
bool is_missing(std::string_view field);

}  // namespace qfx::data
