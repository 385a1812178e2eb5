#include "predictions.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>

#include "npy_records.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/outputs.h"
#include "qfx/measure/answers.h"

namespace qfx::command {
namespace {

using measure::Kind;

// What both forms of the file are made of.
class Predictions {
 public:
  Predictions(const graph::FrozenModel& model, const data::Dataset& set,
              const runtime::Evaluation& evaluation)
      : model_(model),
        set_(set),
        evaluation_(evaluation),
        parts_(graph::output_parts(model)),
        outputs_(graph::output_size(model)) {}

  // Of several outputs no task says anything: what each says stands under its name.
  bool is_only() const { return parts_.size() == 1; }
  const std::vector<graph::OutputPart>& parts() const { return parts_; }
  const std::string& part_name(const graph::OutputPart& part) const {
    return model_.nodes[static_cast<std::size_t>(part.node)].name;
  }
  Kind kind() const { return measure::kind_of(model_.task); }
  std::int64_t samples() const { return set_.size(); }
  std::int64_t outputs() const { return outputs_; }
  bool has_files() const { return !set_.sample_names.empty(); }
  const std::string& file(std::int64_t sample) const {
    return set_.sample_names[static_cast<std::size_t>(sample)];
  }
  bool has_labels() const {
    return !set_.labels.empty() && (kind() == Kind::Classes || kind() == Kind::Rebuilt);
  }
  std::int32_t label(std::int64_t sample) const {
    return set_.labels[static_cast<std::size_t>(sample)];
  }
  bool has_targets() const {
    return evaluation_.measures.samples() > 0 && (kind() == Kind::Labels || kind() == Kind::Values);
  }
  float target(std::int64_t sample, std::int64_t i) const {
    return set_.targets[static_cast<std::size_t>(sample * outputs_ + i)];
  }
  bool has_names() const { return !model_.task.names.empty(); }
  // "3", or what the output is called; of several outputs "boxes_3".
  std::string name(std::int64_t output) const {
    if (is_only()) return evaluation_.measures.name_of(output);
    const graph::OutputPart& part = part_of(output);
    return fmt::format("{}_{}", part_name(part), output - part.first);
  }
  std::int32_t raw(std::int64_t sample, std::int64_t i) const {
    return evaluation_.outputs[static_cast<std::size_t>(sample * outputs_ + i)];
  }
  double real(std::int64_t sample, std::int64_t i) const {
    const graph::FrozenNode& node = model_.nodes[static_cast<std::size_t>(part_of(i).node)];
    return std::ldexp(raw(sample, i), -node.format.frac_bits());
  }
  // The first of the largest.
  std::int64_t answer(std::int64_t sample) const {
    const auto row = evaluation_.outputs.begin() + sample * outputs_;
    return std::max_element(row, row + outputs_) - row;
  }
  bool says(std::int64_t sample, std::int64_t label) const { return raw(sample, label) > 0; }
  double error(std::int64_t sample) const {
    return evaluation_.measures.errors()[static_cast<std::size_t>(sample)];
  }

 private:
  const graph::OutputPart& part_of(std::int64_t i) const {
    return *std::ranges::find_if(
        parts_, [&](const graph::OutputPart& part) { return i < part.first + part.size; });
  }

  const graph::FrozenModel& model_;
  const data::Dataset& set_;
  const runtime::Evaluation& evaluation_;
  std::vector<graph::OutputPart> parts_;
  std::int64_t outputs_;
};

// RFC 4180.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

class CsvText {
 public:
  explicit CsvText(const Predictions& predictions) : from_(predictions) {}

  std::string text() {
    heading();
    for (std::int64_t sample = 0; sample < from_.samples(); ++sample) row(sample);
    return std::move(text_);
  }

 private:
  void cell(const std::string& text) {
    if (!text_.empty() && text_.back() != '\n') text_ += ',';
    text_ += csv_cell(text);
  }
  template <class Number>
  void number(Number value) {
    fmt::format_to(std::back_inserter(text_), ",{}", value);
  }
  void column_each(const char* what) {
    for (std::int64_t i = 0; i < from_.outputs(); ++i)
      cell(fmt::format("{}_{}", what, from_.name(i)));
  }

  void heading() {
    cell("sample");
    if (from_.has_files()) cell("file");
    if (from_.has_labels()) cell("label");
    if (from_.has_labels() && from_.kind() == Kind::Classes && from_.has_names())
      cell("label_name");
    if (from_.has_targets()) column_each("target");
    if (from_.is_only()) answer_heading();
    column_each("output");
    column_each("raw");
    text_ += '\n';
  }

  void answer_heading() {
    switch (from_.kind()) {
      case Kind::Classes:
        cell("predicted");
        if (from_.has_names()) cell("predicted_name");
        break;
      case Kind::Labels:
        column_each("predicted");
        break;
      case Kind::Values:
        break;
      case Kind::Rebuilt:
        cell("error");
        break;
    }
  }

  void row(std::int64_t sample) {
    fmt::format_to(std::back_inserter(text_), "{}", sample);
    if (from_.has_files()) cell(from_.file(sample));
    if (from_.has_labels()) number(from_.label(sample));
    if (from_.has_labels() && from_.kind() == Kind::Classes && from_.has_names())
      cell(from_.name(from_.label(sample)));
    if (from_.has_targets())
      for (std::int64_t i = 0; i < from_.outputs(); ++i) number(from_.target(sample, i));
    if (from_.is_only()) answer(sample);
    for (std::int64_t i = 0; i < from_.outputs(); ++i) number(from_.real(sample, i));
    for (std::int64_t i = 0; i < from_.outputs(); ++i) number(from_.raw(sample, i));
    text_ += '\n';
  }

  void answer(std::int64_t sample) {
    switch (from_.kind()) {
      case Kind::Classes:
        number(from_.answer(sample));
        if (from_.has_names()) cell(from_.name(from_.answer(sample)));
        break;
      case Kind::Labels:
        for (std::int64_t i = 0; i < from_.outputs(); ++i) number(int{from_.says(sample, i)});
        break;
      case Kind::Values:
        break;
      case Kind::Rebuilt:
        number(from_.error(sample));
        break;
    }
  }

  const Predictions& from_;
  std::string text_;
};

void add_answers(const Predictions& from, NpyRecords& records) {
  const std::int64_t outputs = from.outputs();
  switch (from.kind()) {
    case Kind::Classes:
      records.int32("predicted", 1, [&](auto sample, auto) {
        return static_cast<std::int32_t>(from.answer(sample));
      });
      if (from.has_names())
        records.text("predicted_name", [&](auto sample) { return from.name(from.answer(sample)); });
      break;
    case Kind::Labels:
      records.int32("predicted", outputs,
                    [&](auto sample, auto i) { return std::int32_t{from.says(sample, i)}; });
      break;
    case Kind::Values:
      break;
    case Kind::Rebuilt:
      records.float64("error", 1, [&](auto sample, auto) { return from.error(sample); });
      break;
  }
}

NpyRecords npy_of(const Predictions& from) {
  NpyRecords records(from.samples());
  if (from.has_files()) records.text("file", [&](auto sample) { return from.file(sample); });
  if (from.has_labels())
    records.int32("label", 1, [&](auto sample, auto) { return from.label(sample); });
  if (from.has_targets())
    records.float64("target", from.outputs(),
                    [&](auto sample, auto i) { return double{from.target(sample, i)}; });
  if (from.is_only()) add_answers(from, records);
  for (const graph::OutputPart& part : from.parts()) {
    const std::string name = from.is_only() ? "" : "_" + from.part_name(part);
    records.float64("output" + name, part.size,
                    [&](auto sample, auto i) { return from.real(sample, part.first + i); });
    records.int32("raw" + name, part.size,
                  [&](auto sample, auto i) { return from.raw(sample, part.first + i); });
  }
  return records;
}

}  // namespace

void check_predictions_path(const std::string& path) {
  const std::filesystem::path file(path);
  if (file.extension() != ".csv" && file.extension() != ".npy")
    user_error("--predictions '{}' must end with .csv or .npy, which says what is written", path);
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  if (!is_folder(folder))
    user_error("--predictions '{}': there is no folder {}; make it, or name another", path,
               folder.string());
  if (is_folder(file)) user_error("--predictions '{}' is a folder; name a file in it", path);
}

void write_predictions(const std::string& path, const graph::FrozenModel& model,
                       const data::Dataset& set, const runtime::Evaluation& evaluation) {
  const Predictions predictions(model, set, evaluation);
  const bool is_csv = std::filesystem::path(path).extension() == ".csv";
  write_file_atomically(path, is_csv ? CsvText(predictions).text() : npy_of(predictions).bytes());
}

}  // namespace qfx::command
