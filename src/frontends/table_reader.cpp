#include "frontends/table_reader.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "frontends/recipe_faults.h"
#include "frontends/words.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::frontends {
namespace {

constexpr std::size_t kMaxShown = 60;

// A value as an error shows it: on one line, and no longer than a line.
std::string shown(const toml::node& node) {
  if (node.is_table()) return "{...}";
  std::ostringstream out;
  if (const auto* array = node.as_array()) {
    out << *array;
  } else if (const auto* value = node.as_string()) {
    out << '"' << value->get() << '"';
  } else {
    node.visit([&](const auto& value) {
      if constexpr (toml::is_floating_point<decltype(value)>) {
        const std::string digits = fmt::format("{}", value.get());  // as few as tell it
        out << digits << (digits.find_first_of(".en") == std::string::npos ? ".0" : "");
      } else if constexpr (toml::is_value<decltype(value)>) {
        out << value;
      }
    });
  }
  std::string text = out.str();
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  if (text.size() > kMaxShown) {
    std::size_t end = kMaxShown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
      --end;  // whole UTF-8 characters
    text = text.substr(0, end) + "...";
  }
  return text;
}

std::string sentence_of(const RealBounds& bounds) {
  if (!bounds.sentence.empty()) return std::string(bounds.sentence);
  return bounds.above
             ? fmt::format("a number above {} and at most {} is allowed", bounds.low, bounds.high)
             : fmt::format("a number from {} to {} is allowed", bounds.low, bounds.high);
}

}  // namespace

TableReader::TableReader(const toml::table& table, std::string path, const std::string& file)
    : table_(&table), path_(std::move(path)), file_(&file) {}

TableReader::TableReader(const toml::table& table, std::string path, const std::string& file,
                         std::vector<std::string> known)
    : TableReader(table, std::move(path), file) {
  check_keys(known);
}

void TableReader::check_keys(const std::vector<std::string>& known) const {
  for (const auto& [key, value] : *table_) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    refuse({value, name}, fmt::format("unknown key; {} The keys here are {}", key_hint(name, known),
                                      join(known, ", ")));
  }
}

std::string TableReader::full_name(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

std::size_t TableReader::line_of(const toml::node& node) const {
  return node.source().begin.line > 0 ? node.source().begin.line : table_->source().begin.line;
}

void TableReader::refuse(const Item& item, std::string_view sentence, bool is_alone) const {
  const std::size_t line = line_of(item.node);
  throw RecipeFault(fmt::format("{}:{}: {}{} = {}: {}", *file_, line, full_name(item.key),
                                item.index, shown(item.node), sentence),
                    {.table = table_,
                     .path = path_,
                     .key = std::string(item.key),
                     .line = line,
                     .is_alone = is_alone});
}

void TableReader::refuse(std::string_view key, std::string_view sentence) const {
  const toml::node* node = table_->get(key);
  QFX_ASSERT(node != nullptr);
  refuse({*node, key}, sentence);
}

void TableReader::fail(std::string_view key, std::string_view sentence) const {
  const toml::node* node = table_->get(key);
  QFX_ASSERT(node != nullptr);
  refuse({*node, key}, sentence, false);
}

void TableReader::fail(std::string_view sentence) const {
  const std::size_t line = std::max<std::size_t>(1, table_->source().begin.line);
  const std::string name = path_.empty() ? "" : path_ + ": ";
  throw RecipeFault(fmt::format("{}:{}: {}{}", *file_, line, name, sentence),
                    {.table = table_, .path = path_, .key = "", .line = line, .is_alone = false});
}

double TableReader::real_of(const Item& item, const RealBounds& bounds) const {
  const std::optional<double> value =
      item.node.is_number() ? item.node.value<double>() : std::nullopt;
  if (!value || !bounds.hold(*value)) refuse(item, sentence_of(bounds));
  return *value;
}

std::int64_t TableReader::integer_of(const Item& item, IntBounds bounds) const {
  const std::optional<std::int64_t> value =
      item.node.is_integer() ? item.node.value<std::int64_t>() : std::nullopt;
  if (!value || *value < bounds.low || *value > bounds.high) {
    refuse(item, fmt::format("a whole number from {} to {} is allowed", bounds.low, bounds.high));
  }
  return *value;
}

std::string TableReader::text_of(const Item& item) const {
  const std::optional<std::string> value =
      item.node.is_string() ? item.node.value<std::string>() : std::nullopt;
  if (!value || value->empty())
    refuse(item, "a text in quotes is allowed, and it must not be empty");
  if (value->find('\0') != std::string::npos) refuse(item, "a text without zero bytes is allowed");
  return *value;
}

const toml::array& TableReader::array_of(const Item& item, std::string_view allowed) const {
  const toml::array* array = item.node.as_array();
  if (array == nullptr || array->empty()) refuse(item, fmt::format("{} is allowed", allowed));
  return *array;
}

std::optional<bool> TableReader::boolean(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_boolean()) refuse(key, "true or false is allowed");
  return node->value<bool>();
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, IntBounds bounds) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  return integer_of({*node, key}, bounds);
}

std::optional<double> TableReader::real(std::string_view key, const RealBounds& bounds) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  return real_of({*node, key}, bounds);
}

std::optional<std::string> TableReader::text(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  return text_of({*node, key});
}

std::optional<std::string> TableReader::name(std::string_view key, std::size_t longest) const {
  auto name = text(key);
  if (name && (name->size() > longest || !is_printable_ascii(*name)))
    refuse(key, fmt::format("a text of at most {} printable ASCII characters is allowed", longest));
  return name;
}

std::optional<std::string> TableReader::choice(std::string_view key,
                                               const std::vector<std::string>& allowed) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const std::string value = node->is_string() ? *node->value<std::string>() : "";
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
  const std::string list = "\"" + join(allowed, "\", \"") + "\"";
  if (value.empty()) refuse(key, fmt::format("one of {} is allowed", list));
  refuse(key, fmt::format("one of {} is allowed; did you mean \"{}\"?", list,
                          nearest(value, allowed, recipe_synonyms())));
}

std::optional<std::vector<double>> TableReader::reals(std::string_view key,
                                                      const RealBounds& bounds) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  std::vector<double> values;
  for (const toml::node& item : array_of({*node, key}, "a list of numbers")) {
    values.push_back(real_of({item, key, fmt::format("[{}]", values.size())}, bounds));
  }
  return values;
}

std::optional<std::vector<std::int64_t>> TableReader::integers(std::string_view key,
                                                               IntBounds bounds) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  std::vector<std::int64_t> values;
  for (const toml::node& item : array_of({*node, key}, "a list of whole numbers")) {
    values.push_back(integer_of({item, key, fmt::format("[{}]", values.size())}, bounds));
  }
  return values;
}

std::optional<std::vector<std::string>> TableReader::texts(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  if (node->is_string()) return std::vector{text_of({*node, key})};
  std::vector<std::string> values;
  for (const toml::node& item : array_of({*node, key}, "a text in quotes or a list of them")) {
    values.push_back(text_of({item, key, fmt::format("[{}]", values.size())}));
  }
  return values;
}

std::optional<std::vector<graph::Point>> TableReader::points(std::string_view key) const {
  constexpr std::string_view kAllowed = "a list of points [x, y]";
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  std::vector<graph::Point> values;
  for (const toml::node& item : array_of({*node, key}, kAllowed)) {
    const std::string at = fmt::format("[{}]", values.size());
    const toml::array& point = array_of({item, key, at}, "a point [x, y]");
    if (point.size() != 2) refuse(Item{item, key, at}, "a point [x, y] is allowed");
    values.push_back({real_of({point[0], key, at + "[0]"}, graph::kSingles),
                      real_of({point[1], key, at + "[1]"}, graph::kSingles)});
  }
  return values;
}

std::optional<std::vector<std::int64_t>> TableReader::some_integers(
    std::string_view key, IntBounds bounds, const std::vector<std::size_t>& counts,
    std::string_view allowed) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const toml::array* array = node->as_array();
  if (array == nullptr) return std::vector{integer_of({*node, key}, bounds)};
  if (std::ranges::find(counts, array->size()) == counts.end())
    refuse(key, fmt::format("{} is allowed", allowed));
  return integers(key, bounds);
}

std::optional<graph::Pair> TableReader::pair(std::string_view key, IntBounds bounds) const {
  const auto given = some_integers(key, bounds, {2}, "one whole number or [height, width]");
  if (!given) return std::nullopt;
  return graph::Pair{given->front(), given->back()};
}

std::optional<graph::Sides> TableReader::sides(std::string_view key, IntBounds bounds) const {
  const auto given =
      some_integers(key, bounds, {2, 4},
                    "one whole number, [height, width] or [top, left, bottom, right]");
  if (!given) return std::nullopt;
  const std::vector<std::int64_t>& all = *given;
  if (all.size() == 4) return graph::Sides{all[0], all[1], all[2], all[3]};
  return graph::Sides{all.front(), all.back()};
}

std::optional<graph::Pair> TableReader::ends(std::string_view key, IntBounds bounds) const {
  const auto given = some_integers(key, bounds, {2}, "one whole number or [before, behind]");
  if (!given) return std::nullopt;
  return graph::Pair{given->front(), given->back()};
}

std::optional<TableReader> TableReader::table(std::string_view key,
                                              std::vector<std::string> known) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const toml::table* table = node->as_table();
  if (table == nullptr)
    refuse(key, fmt::format("a table is allowed: [{}] or {{ ... }}", full_name(key)));
  return TableReader(*table, full_name(key), *file_, std::move(known));
}

std::vector<TableReader> TableReader::unchecked_tables(std::string_view key) const {
  std::vector<TableReader> readers;
  const toml::node* node = table_->get(key);
  if (node == nullptr) return readers;
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
    refuse(key, fmt::format("a list of tables is allowed: write each as [[{}]]", full_name(key)));
  }
  for (const toml::node& item : *array) {
    readers.push_back(TableReader(*item.as_table(),
                                  fmt::format("{}[{}]", full_name(key), readers.size()), *file_));
  }
  return readers;
}

std::vector<TableReader> TableReader::tables(std::string_view key,
                                             const std::vector<std::string>& known) const {
  const std::vector<TableReader> readers = unchecked_tables(key);
  for (const TableReader& reader : readers) reader.check_keys(known);
  return readers;
}

}  // namespace qfx::frontends
