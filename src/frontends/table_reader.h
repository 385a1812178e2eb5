// Reads one TOML table strictly: unknown keys, wrong types and values out of range are errors that
// say file:line, the key, the value, and what is allowed. Each is raised as a RecipeFault.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <utility>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/graph/op.h"

namespace qfx::frontends {

using graph::IntBounds;
using graph::RealBounds;

// The words by which a recipe names the enumerators, in the order in which errors list them.
template <class Enum>
using Words = std::vector<std::pair<std::string, Enum>>;

template <class Enum>
const std::string& word_for(Enum value, const Words<Enum>& words) {
  const auto found = std::ranges::find(words, value, &std::pair<std::string, Enum>::second);
  QFX_ASSERT(found != words.end());
  return found->first;
}

class TableReader {
 public:
  // `path` is the table's place in the file ("format.override[2]"), empty for the root. Raises
  // UserError at once for a key outside `known`, naming the nearest known one. The table and `file`
  // must outlive the reader.
  TableReader(const toml::table& table, std::string path, const std::string& file,
              std::vector<std::string> known);

  bool has(std::string_view key) const { return table_->contains(key); }
  bool is_text(std::string_view key) const { return (*table_)[key].is_string(); }
  const std::string& path() const { return path_; }

  // Each is empty where the key is not there.
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key, IntBounds bounds) const;
  std::optional<double> real(std::string_view key, const RealBounds& bounds) const;
  std::optional<std::string> text(std::string_view key) const;
  // A text that can name a model or a layer: printable ASCII, at most `longest` characters.
  std::optional<std::string> name(std::string_view key, std::size_t longest) const;
  std::optional<std::string> choice(std::string_view key,
                                    const std::vector<std::string>& allowed) const;
  template <class Enum>
  std::optional<Enum> choice(std::string_view key, const Words<Enum>& words) const {
    std::vector<std::string> allowed;
    for (const auto& [word, unused] : words) allowed.push_back(word);
    const auto chosen = choice(key, allowed);
    if (!chosen) return std::nullopt;
    return words[std::ranges::find(allowed, *chosen) - allowed.begin()].second;
  }
  std::optional<std::vector<double>> reals(std::string_view key, const RealBounds& bounds) const;
  std::optional<std::vector<std::int64_t>> integers(std::string_view key, IntBounds bounds) const;
  // One text or a list of texts, none empty.
  std::optional<std::vector<std::string>> texts(std::string_view key) const;
  // One whole number for both directions, or [height, width].
  std::optional<graph::Pair> pair(std::string_view key, IntBounds bounds) const;
  // The same, or [top, left, bottom, right].
  std::optional<graph::Sides> sides(std::string_view key, IntBounds bounds) const;
  // One whole number for both ends, or [before, behind].
  std::optional<graph::Pair> ends(std::string_view key, IntBounds bounds) const;
  // A list of [x, y], in single precision's range.
  std::optional<std::vector<graph::Point>> points(std::string_view key) const;
  std::optional<TableReader> table(std::string_view key, std::vector<std::string> known) const;
  // The tables of [[key]], in order.
  std::vector<TableReader> tables(std::string_view key,
                                  const std::vector<std::string>& known) const;
  // The same with keys that nobody has looked at: each is read after check_keys.
  std::vector<TableReader> unchecked_tables(std::string_view key) const;
  void check_keys(const std::vector<std::string>& known) const;

  // Raises UserError: "FILE:LINE: PATH.KEY = VALUE: SENTENCE".
  [[noreturn]] void fail(std::string_view key, std::string_view sentence) const;
  // The same for a value that is wrong whatever other keys say: it is told even where they are
  // wrong too.
  [[noreturn]] void refuse(std::string_view key, std::string_view sentence) const;
  // The same for what is missing from the table, or wrong with it as a whole: "FILE:LINE: PATH:
  // SENTENCE".
  [[noreturn]] void fail(std::string_view sentence) const;

 private:
  std::string full_name(std::string_view key) const;
  std::size_t line_of(const toml::node& node) const;
  TableReader(const toml::table& table, std::string path, const std::string& file);

  // A value: that of a key, or an item of a key's list.
  struct Item {
    const toml::node& node;
    std::string_view key;
    std::string index = {};  // "[2]"
  };
  [[noreturn]] void refuse(const Item& item, std::string_view sentence, bool is_alone = true) const;
  double real_of(const Item& item, const RealBounds& bounds) const;
  std::int64_t integer_of(const Item& item, IntBounds bounds) const;
  std::string text_of(const Item& item) const;
  const toml::array& array_of(const Item& item, std::string_view allowed) const;
  // One number, or a list of as many as one of `counts`: `allowed` says so.
  std::optional<std::vector<std::int64_t>> some_integers(std::string_view key, IntBounds bounds,
                                                         const std::vector<std::size_t>& counts,
                                                         std::string_view allowed) const;

  const toml::table* table_;
  std::string path_;
  const std::string* file_;
};

}  // namespace qfx::frontends
