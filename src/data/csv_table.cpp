#include "data/csv_table.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "qfx/base/text.h"

namespace qfx::data {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 30;
constexpr std::size_t kShownNames = 20;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return out;
}

bool counts_up(const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i] != fmt::to_string(i)) return false;
  }
  return fields.size() > 2;
}

bool is_header(const std::vector<std::string>& first, const std::vector<std::string>& second,
               const std::vector<std::string>& wanted) {
  for (const std::string& name : wanted) {
    const bool is_word = !csv_number(name);  // a number may stand in any row
    if (is_word && std::find(first.begin(), first.end(), name) != first.end()) return true;
  }
  const auto is_number = [](const std::string& field) { return csv_number(field).has_value(); };
  if (second.empty() && std::none_of(first.begin(), first.end(), is_number)) return true;
  for (std::size_t i = 0; i < first.size() && i < second.size(); ++i) {
    if (!csv_number(first[i]) && csv_number(second[i])) return true;
  }
  return counts_up(first);
}

}  // namespace

CsvTable::CsvTable(const std::filesystem::path& path, std::string_view help,
                   const std::vector<std::string>& wanted)
    : file_(path, help), content_(file_.read_rest(kMostBytes, "the table")) {
  read_head(wanted);
}

void CsvTable::read_head(const std::vector<std::string>& wanted) {
  CsvReader reader(file_, text());
  std::vector<std::string> first, second;
  if (!reader.next(first)) file_.fail("it has no rows; a row for each sample is expected");
  const bool has_second = reader.next(second);
  has_header_ = is_header(first, second, wanted);
  if (has_header_ && !has_second)
    file_.fail("it has a header and no rows; a row for each sample is expected");
  if (!has_header_) {
    for (std::size_t i = 1; i <= first.size(); ++i) names_.push_back(fmt::to_string(i));
    return;
  }
  names_ = first;
  std::set<std::string> seen;
  for (const std::string& name : names_) {
    if (!seen.insert(name).second)
      file_.fail("two of its columns are named {}; give each column a name of its own",
                 in_quotes(name));
  }
}

void CsvTable::check_width(std::uint64_t line, std::size_t fields) const {
  if (fields == names_.size()) return;
  file_.fail("line {}: it has {} field{}, and the first row has {}; every row needs as many", line,
             fields, fields == 1 ? "" : "s", names_.size());
}

std::optional<std::size_t> CsvTable::find(const std::string& name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names_.begin());
}

std::size_t CsvTable::column(const std::string& name, std::string_view key) const {
  if (const auto found = find(name)) return *found;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < names_.size() && i < kShownNames; ++i)
    shown.push_back(in_quotes(names_[i]));
  file_.fail("there is no column {}, which {} names; {} {}{} (nearest: {})", in_quotes(name), key,
             has_header_ ? "the columns are" : "it has no header, and its columns are called",
             join(shown, ", "), names_.size() > kShownNames ? " and so on" : "",
             in_quotes(nearest(name, names_)));
}

void CsvTable::fail_at(std::uint64_t line, std::size_t column, const std::string& sentence) const {
  file_.fail("line {}, column {}: {}", line, in_quotes(names_.at(column)), sentence);
}

std::optional<double> csv_number(std::string_view field) {
  if (field.size() > 1 && field[0] == '+' && field[1] != '-') field.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error == std::errc() && end == field.data() + field.size()) return value;
  if (field.size() == 4 && lower(field) == "true") return 1;
  if (field.size() == 5 && lower(field) == "false") return 0;
  return std::nullopt;
}

bool is_missing(std::string_view field) {
  if (field.empty() || field == "?") return true;
  if (field.size() > 4) return false;
  const std::string word = lower(field);
  return word == "na" || word == "n/a" || word == "nan" || word == "null" || word == "none";
}

}  // namespace qfx::data
