#include "data/csv.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "data/csv_labels.h"
#include "data/csv_table.h"
#include "data/npy.h"
#include "data/split.h"

#include "qfx/base/file.h"
#include "qfx/base/text.h"

namespace qfx::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCsvHelp =
    "a csv folder holds train.csv and test.csv; one table alone is csv:FILE";

fs::path table_path(const fs::path& folder, Split split) {
  switch (split) {
    case Split::Train:
      return folder / "train.csv";
    case Split::Validation:
      return folder / "val.csv";
    case Split::Test:
      return folder / "test.csv";
  }
  internal_error("no such split");
}

// What a set's columns are for, by name.
struct Columns {
  std::vector<std::string> values, labels;
};

// pandas writes its row numbers as a column without a name, and reads that as the second of these.
bool is_row_number(const std::string& name) {
  return name.empty() || name == "Unnamed: 0";
}

// New samples may come without them.
std::vector<std::string> label_columns(const Source& source, const CsvTable& table,
                                       std::size_t left_out) {
  const auto is_there = [&](const std::string& name) { return table.find(name).has_value(); };
  if (source.is_new && !std::all_of(source.label.begin(), source.label.end(), is_there)) return {};
  for (const std::string& name : source.label) table.column(name, "data.label");
  if (!source.label.empty() || source.targets == Targets::None) return source.label;
  const std::size_t others = table.names().size() - left_out;
  if (source.is_new && static_cast<std::int64_t>(others) == source.values) return {};
  return {table.names().back()};
}

Columns choose_columns(const Source& source, const CsvTable& table, Dataset& set) {
  Columns columns;
  std::vector<std::string> left_out = source.ignore;
  for (const std::string& name : source.ignore) {
    if (!source.is_new) table.column(name, "data.ignore");
  }
  if (table.has_header() && is_row_number(table.names().front())) {
    left_out.push_back(table.names().front());
    set.notes.push_back(fmt::format(
        "{}: its first column has no name and is left out as row numbers; give it a name to keep "
        "it",
        table.path().string()));
  }
  columns.labels = label_columns(source, table, left_out.size());
  if (source.targets != Targets::Values && columns.labels.size() > 1)
    table.fail(
        "data.label names {} columns, and a class is in one; for several values to predict write "
        "loss = \"mse\" in the recipe, for several labels a sample loss = \"bce\"",
        columns.labels.size());
  if (source.is_new && !source.columns.empty()) {
    for (const std::string& name : source.columns) table.column(name, "the table trained on");
    columns.values = source.columns;
    return columns;
  }
  left_out.insert(left_out.end(), columns.labels.begin(), columns.labels.end());
  for (const std::string& name : table.names()) {
    if (std::find(left_out.begin(), left_out.end(), name) == left_out.end())
      columns.values.push_back(name);
  }
  if (columns.values.empty())
    table.fail(
        "no column is left for the samples' values beside the label ({}) and what "
        "data.ignore names",
        join(columns.labels, ", "));
  return columns;
}

float value_of(const CsvTable& table, std::uint64_t line, std::size_t column,
               const std::string& field, const char* help) {
  if (is_missing(field))
    table.fail_at(line, column,
                  fmt::format("the value is missing ({}); fill it in or leave the row out",
                              in_quotes(field)));
  const std::optional<double> value = csv_number(field);
  if (!value)
    table.fail_at(line, column, fmt::format("{} is not a number; {}", in_quotes(field), help));
  if (!(std::abs(*value) <= std::numeric_limits<float>::max()))
    table.fail_at(line, column,
                  fmt::format("{} is beyond float32's range; values below 3.4e38 are allowed",
                              in_quotes(field)));
  return static_cast<float>(*value);
}

// Where a set's columns are in one of its tables.
struct Places {
  std::vector<std::size_t> values;
  std::vector<std::size_t> labels;  // empty where the table has none
};

Places find_columns(const Source& source, const Columns& columns, const CsvTable& table,
                    const CsvTable& reference) {
  const auto place = [&](const std::string& name) {
    const auto found = table.find(name);
    if (!found)
      table.fail("there is no column {}, which {} has; all tables of a set need the same columns",
                 in_quotes(name), reference.path().string());
    return *found;
  };
  Places places;
  for (const std::string& name : columns.values) places.values.push_back(place(name));
  const bool may_lack_labels = source.targets == Targets::None || source.is_new;
  const bool has_labels =
      std::all_of(columns.labels.begin(), columns.labels.end(),
                  [&](const std::string& name) { return table.find(name).has_value(); });
  if (has_labels || !may_lack_labels) {
    for (const std::string& name : columns.labels) places.labels.push_back(place(name));
  }
  if (table.has_header()) {
    for (const std::string& name : table.names()) {
      if (!source.is_new && !reference.find(name) && !is_row_number(name))
        table.fail("its column {} is not in {}; all tables of a set need the same columns",
                   in_quotes(name), reference.path().string());
    }
  } else if (table.names().size() > reference.names().size()) {
    table.fail(
        "its rows have {} fields, and those of {} have {}; all tables of a set need the "
        "same columns",
        table.names().size(), reference.path().string(), reference.names().size());
  }
  return places;
}

// Fills values and targets of the first `limit` rows, and returns every row's label.
std::vector<CsvLabel> read_rows(const Source& source, const CsvTable& table, const Places& places,
                                std::int64_t limit, Dataset& set) {
  std::vector<CsvLabel> labels;
  std::int64_t rows = 0;
  table.visit_rows([&](std::uint64_t line, const std::vector<std::string>& fields) {
    const bool is_kept = limit == 0 || rows < limit;
    ++rows;
    if (is_kept) {
      for (const std::size_t column : places.values)
        set.floats.push_back(value_of(
            table, line, column, fields[column],
            "only the label may be a word: leave the column out by data.ignore, or write numbers"));
    }
    if (source.targets == Targets::Values) {
      if (!is_kept) return;
      for (const std::size_t column : places.labels)
        set.targets.push_back(
            value_of(table, line, column, fields[column],
                     "what this loss compares with is a number; for classes leave loss out"));
    } else if (!places.labels.empty()) {
      labels.push_back({fields[places.labels[0]], line});
    }
  });
  return labels;
}

// The labels alone of another table of the set.
std::vector<CsvLabel> labels_of(const CsvTable& table, std::size_t column) {
  std::vector<CsvLabel> labels;
  table.visit_rows([&](std::uint64_t line, const std::vector<std::string>& fields) {
    labels.push_back({fields[column], line});
  });
  return labels;
}

using Tables = std::vector<std::pair<Split, std::unique_ptr<CsvTable>>>;

// Every table of a set, the training one first. A missing one is an error where it is the one asked
// for.
Tables open_tables(const Source& source, const fs::path& path, Split split) {
  std::vector<std::string> wanted = source.label;
  wanted.insert(wanted.end(), source.ignore.begin(), source.ignore.end());
  Tables tables;
  if (!is_folder(path)) {
    tables.emplace_back(split, std::make_unique<CsvTable>(path, kCsvHelp, wanted));
    return tables;
  }
  for (const Split each : {Split::Train, Split::Validation, Split::Test}) {
    const fs::path file = table_path(path, each);
    if (each == split || path_exists(file))
      tables.emplace_back(each, std::make_unique<CsvTable>(file, kCsvHelp, wanted));
  }
  return tables;
}

void add_labels(const Columns& columns, const Tables& tables, const CsvTable& own,
                const std::vector<CsvLabel>& labels, bool is_table, Dataset& set) {
  CsvClasses classes;
  for (const auto& [split, table] : tables) {
    const auto column = table->find(columns.labels[0]);
    if (!column) continue;
    if (table.get() == &own) {
      classes.add(own, *column, labels);
    } else {
      classes.add(*table, *column, labels_of(*table, *column));
    }
  }
  classes.close(is_table || tables.front().first == Split::Train);
  set.class_count = classes.count();
  set.class_names = classes.names();
  for (std::int64_t i = 0; i < set.size(); ++i)
    set.labels.push_back(classes.label(labels[static_cast<std::size_t>(i)].text));
}

}  // namespace

bool csv_has_validation(const fs::path& path) {
  return is_folder(path) && path_exists(table_path(path, Split::Validation));
}

Dataset load_csv(const Source& source, const fs::path& path, Split wanted, std::int64_t limit) {
  const bool is_table = !is_folder(path), is_whole = is_table && !source.is_new;
  const bool takes_share = wanted == Split::Validation && !csv_has_validation(path);
  const Split split = takes_share ? Split::Train : wanted;
  const Tables tables = open_tables(source, path, split);
  const CsvTable& reference = *tables.front().second;
  const CsvTable& own = *std::find_if(tables.begin(), tables.end(), [&](const auto& table) {
                           return table.first == split;
                         })->second;
  Dataset set;
  const Columns columns = choose_columns(source, reference, set);
  set.column_names = columns.values;
  set.sample_shape = {std::ssize(columns.values)};
  const Places places = find_columns(source, columns, own, reference);
  const auto labels = read_rows(source, own, places, is_whole ? 0 : limit, set);
  set.target_names = columns.labels;
  if (source.targets == Targets::Values) {
    set.target_size = std::ssize(places.labels);
  } else if (!places.labels.empty()) {
    add_labels(columns, tables, own, labels, is_table, set);
  }
  take_split(source, wanted, limit, is_whole, set);
  return set;
}

}  // namespace qfx::data
