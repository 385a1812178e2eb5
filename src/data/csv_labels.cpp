#include "data/csv_labels.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "data/npy.h"

#include "qfx/base/text.h"

namespace qfx::data {
namespace {

// True and False are words here, whose names are worth keeping.
std::optional<double> number_of(const std::string& label) {
  const bool is_word = label.find_first_of("0123456789") == std::string::npos;
  return is_word ? std::nullopt : csv_number(label);
}

}  // namespace

void CsvClasses::add(const CsvTable& table, std::size_t column,
                     const std::vector<CsvLabel>& labels) {
  std::set<std::string> words;
  for (const CsvLabel& label : labels) {
    if (!words.insert(label.text).second) continue;
    if (label.text.empty())
      table.fail_at(label.line, column, "the label is missing; fill it in or leave the row out");
    const auto number = number_of(label.text);
    if (!number) {
      are_numbers_ = false;
    } else if (*number != std::floor(*number) || std::abs(*number) > 1e15) {
      table.fail_at(
          label.line, column,
          fmt::format("label {} is no whole number; classes are words or whole numbers (for "
                      "numbers to predict, write loss = \"mse\" in the recipe)",
                      in_quotes(label.text)));
    } else if (*number < 0 || *number >= kMaxClasses) {
      are_indices_ = false;
    }
  }
  tables_.push_back({table.path(), {words.begin(), words.end()}});
}

void CsvClasses::close(bool knows_order) {
  if (are_numbers_ && are_indices_) {
    for (const Table& table : tables_) {
      for (const std::string& word : table.words) {
        const auto label = static_cast<std::int32_t>(*csv_number(word));
        index_[word] = label;
        count_ = std::max(count_, label + 1);
      }
    }
    return;
  }
  if (!knows_order)
    user_error(
        "{}: its labels are words, whose classes are numbered by train.csv in the same folder, "
        "which is not there; put it there",
        tables_.front().path.string());
  number_words();
}

void CsvClasses::number_words() {
  for (Table& table : tables_) {
    if (are_numbers_)
      std::sort(table.words.begin(), table.words.end(),
                [](const std::string& a, const std::string& b) {
                  return *csv_number(a) < *csv_number(b);
                });
    for (const std::string& word : table.words) {
      if (!index_.emplace(word, count_).second) continue;
      names_.push_back(word);
      if (++count_ > kMaxClasses)
        user_error("{}: its labels are more than {} different words; is this the label's column?",
                   table.path.string(), kMaxClasses);
    }
  }
}

std::int32_t CsvClasses::label(const std::string& text) const {
  return index_.at(text);
}

}  // namespace qfx::data
