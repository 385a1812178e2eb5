// From the fields of a label column to classes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/csv_table.h"

namespace qfx::data {

struct CsvLabel {
  std::string text;
  std::uint64_t line = 0;
};

// Collects a column's fields over all tables of a set; then says which class each is. Whole numbers
// from 0 are their own classes. Words, and whole numbers below 0, are classes with names, in the
// order of the words (of the numbers): those of the first table, then those of the others.
class CsvClasses {
 public:
  // Raises UserError that names file, line and column: a field that is empty, or a number with a
  // fraction.
  void add(const CsvTable& table, std::size_t column, const std::vector<CsvLabel>& labels);

  // Numbers the classes. Raises UserError where words are to be classes and the table that orders
  // them is not there, or there are too many.
  void close(bool knows_order);

  int count() const { return count_; }
  const std::vector<std::string>& names() const { return names_; }
  std::int32_t label(const std::string& text) const;

 private:
  struct Table {
    std::filesystem::path path;
    std::vector<std::string> words;  // each once
  };
  void number_words();

  std::vector<Table> tables_;
  bool are_numbers_ = true, are_indices_ = true;
  std::map<std::string, std::int32_t> index_;
  std::vector<std::string> names_;
  int count_ = 0;
};

}  // namespace qfx::data
