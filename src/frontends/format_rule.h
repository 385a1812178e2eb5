// What one table of the recipe says about formats: every key is optional, later tables win key by
// key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "frontends/table_reader.h"

#include "qfx/fixed/format.h"
#include "qfx/graph/spec.h"

namespace qfx::frontends {

enum class Sign { Auto, Signed, Unsigned };
enum class Point { Learned, Calibrated, Fixed };

struct FormatRule {
  TableReader table;  // for errors
  std::optional<bool> is_float{};
  std::optional<int> width{};
  std::optional<fixed::Rounding> rounding{};
  std::optional<fixed::Overflow> overflow{};
  std::optional<int> wrap_bits{};
  std::optional<Sign> sign{};
  std::optional<Point> point{};
  std::optional<int> int_bits{};
  std::optional<graph::Granularity> granularity{};
  std::optional<int> k_hot{};
  std::optional<bool> signed_digits{};
  std::optional<bool> forbids_overflow{};
};

// The keys every format table has.
std::vector<std::string> format_keys();

// Raises UserError for keys that contradict each other within the table.
FormatRule read_format_rule(const TableReader& table);

}  // namespace qfx::frontends
