#include "measure_text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>
#include <vector>

#include "console.h"

#include "qfx/base/table.h"

namespace qfx::command {
namespace {

using measure::Kind;
using measure::Measures;

constexpr std::int64_t kRows = 10;
constexpr std::int64_t kMatrixClasses = 12;

std::string share_text(const std::optional<double>& share) {
  return share ? percent(*share) : "-";
}

// "3 boot": the number, and the name where there is one.
std::string label_text(const Measures& measures, std::int64_t label) {
  const bool has_name = !measures.task().names.empty();
  return has_name ? fmt::format("{} {}", label, measures.name_of(label)) : std::to_string(label);
}

// Indices by `badness`, the worst first, at most kRows.
template <class Badness>
std::vector<std::int64_t> worst(std::int64_t count, const Badness& badness) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(), badness);
  order.resize(static_cast<std::size_t>(std::min(count, kRows)));
  return order;
}

std::string left_out(std::int64_t count, const char* what) {
  if (count <= kRows) return "";
  return fmt::format("and {} more {}; --json has them all\n", grouped(count - kRows), what);
}

// A class without samples or answers has nothing to be judged by, and stands last.
std::string class_table(const Measures& measures, const char* what) {
  const auto classes = measures.classes();
  const auto order = worst(std::ssize(classes), [&](std::int64_t i) {
    const auto& one = classes[static_cast<std::size_t>(i)];
    return one.there > 0 ? 1 - *one.recall : one.said > 0 ? 0.0 : -1.0;
  });
  Table table({Align::Left, Align::Numeric, Align::Numeric, Align::Right, Align::Right});
  table.add_row({what, "samples", "answers", "recall", "precision"});
  for (const std::int64_t i : order) {
    const auto& one = classes[static_cast<std::size_t>(i)];
    table.add_row({label_text(measures, i), grouped(one.there), grouped(one.said),
                   share_text(one.recall), share_text(one.precision)});
  }
  return table.to_string() + left_out(std::ssize(classes), "with better recall");
}

std::string confusion_table(const Measures& measures) {
  const std::int64_t count = measures.outputs();
  const auto confusion = measures.confusion();
  if (count > kMatrixClasses || confusion.empty()) return "";
  std::vector<Align> columns(static_cast<std::size_t>(count) + 1, Align::Right);
  columns[0] = Align::Left;
  Table table(std::move(columns));
  std::vector<std::string> heading{"answered:"};
  for (std::int64_t i = 0; i < count; ++i) heading.push_back(std::to_string(i));
  table.add_row(std::move(heading));
  for (std::int64_t row = 0; row < count; ++row) {
    std::vector<std::string> cells{label_text(measures, row)};
    for (std::int64_t column = 0; column < count; ++column) {
      const double cell = confusion[static_cast<std::size_t>(row * count + column)];
      cells.push_back(cell == 0 ? "." : grouped(static_cast<std::int64_t>(cell)));
    }
    table.add_row(std::move(cells));
  }
  return table.to_string();
}

std::string value_table(const Measures& measures) {
  if (measures.outputs() == 1) return "";
  const auto values = measures.values();
  const auto order = worst(std::ssize(values), [&](std::int64_t i) {
    return -values[static_cast<std::size_t>(i)].r2.value_or(2);
  });
  Table table({Align::Left, Align::Right, Align::Right, Align::Right});
  table.add_row({"output", "RMSE", "MAE", "R2"});
  for (const std::int64_t i : order) {
    const auto& one = values[static_cast<std::size_t>(i)];
    table.add_row({label_text(measures, i), fmt::format("{:.4g}", one.rmse),
                   fmt::format("{:.4g}", one.mae), one.r2 ? fmt::format("{:.4f}", *one.r2) : "-"});
  }
  return table.to_string() + left_out(std::ssize(values), "with better R2");
}

std::string odd_text(const Measures& measures) {
  const auto odd = measures.error_of(true), others = measures.error_of(false);
  if (!odd || !others) return "";
  return fmt::format("mean error of odd samples: {:.4g}, of the others: {:.4g}\n", *odd, *others);
}

}  // namespace

std::string sample_word(const data::Dataset& set) {
  return set.sample_shape.size() == 3 && set.sample_shape[1] > 1 ? "images" : "samples";
}

std::string nothing_to_compare(Kind kind) {
  return kind == Kind::Classes ? "they have no labels" : "they have no target values";
}

std::string headline_text(const Measures& measures, const std::string& set) {
  const measure::Headline headline = measures.headline();
  const bool counts = measures.kind() == Kind::Classes;  // "3 of 4" goes on with what of
  return fmt::format("{}: {} ({}{})", headline.name, headline.text, headline.details,
                     counts ? " " + set : fmt::format("; {} {}", grouped(measures.samples()), set));
}

std::string measures_text(const Measures& measures) {
  std::string text;
  if (const double loss = measures.loss(); !std::isnan(loss))
    text = fmt::format("loss ({}): {:.4g}\n", graph::to_string(measures.task().loss), loss);
  switch (measures.kind()) {
    case Kind::Classes:
      return text + class_table(measures, "class") + confusion_table(measures);
    case Kind::Labels:
      return text + class_table(measures, "label");
    case Kind::Values:
      return text + value_table(measures);
    case Kind::Rebuilt:
      return text + odd_text(measures);
  }
  return text;
}

}  // namespace qfx::command
