#include "import_input.h"

#include <charconv>
#include <sstream>
#include <system_error>

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/verify.h"

namespace qfx::command {
namespace {

std::vector<std::string> parts_of(const std::string& text, const std::string& separators) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

template <class Number>
std::optional<Number> number(const std::string& text) {
  Number value{};
  const char *begin = text.data(), *end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::vector<double> reals(const std::string& key, const std::string& text) {
  std::vector<double> values;
  for (const std::string& part : parts_of(text, ",")) {
    const auto value = number<double>(part);
    if (!value)
      user_error("--input: {} is {}; it must be numbers separated by commas", key, in_quotes(text));
    values.push_back(*value);
  }
  return values;
}

}  // namespace

std::optional<graph::Shape> read_input_shape(const std::string& text) {
  if (text.empty()) return std::nullopt;
  graph::Shape shape;
  for (const std::string& part : parts_of(text, ",x")) {
    const auto size = number<std::int64_t>(part);
    if (!size || *size < 1 || *size > graph::kMaxElements)
      user_error("--input-shape is {}; it must be sizes separated by commas, as 3,96,96",
                 in_quotes(text));
    shape.push_back(*size);
  }
  return shape;
}

std::vector<std::string> read_names(const std::string& text) {
  if (text.empty()) return {};
  return parts_of(text, ",");
}

void set_preprocessing(graph::Model& model, const std::string& text) {
  if (text.empty()) return;
  graph::Node& node = model.nodes.front();
  graph::Preprocess& preprocess = std::get<graph::Input>(node.op).preprocess;
  // What the network itself does to its input first (Lowered::input_factor) comes behind.
  const graph::Preprocess own = preprocess;
  preprocess.mean.clear();
  preprocess.std.clear();
  std::istringstream words(text);
  std::string word;
  while (words >> word) {
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = equals == word.npos ? "" : word.substr(equals + 1);
    if (key != "divisor" && key != "mean" && key != "std")
      user_error(
          "--input has the key {}; divisor, mean and std are known, as \"divisor=255 mean=.5\"",
          in_quotes(key));
    std::vector<double> values = reals(key, value);
    if (key == "divisor") {
      if (values.size() != 1)
        user_error("--input: divisor is {}; it is one number", in_quotes(value));
      preprocess.divisor = values[0];
      continue;
    }
    if (values.size() == 1) values.assign(static_cast<std::size_t>(node.shape[0]), values[0]);
    (key == "mean" ? preprocess.mean : preprocess.std) = std::move(values);
  }
  if (!own.mean.empty()) {
    const auto channels = static_cast<std::size_t>(node.shape[0]);
    if (preprocess.mean.empty()) preprocess.mean.assign(channels, 0);
    if (preprocess.std.empty()) preprocess.std.assign(channels, 1);
    const std::size_t given = std::min(preprocess.mean.size(), preprocess.std.size());
    for (std::size_t c = 0; c < std::min(given, channels); ++c) {
      preprocess.mean[c] += own.mean[c] * preprocess.std[c];
      preprocess.std[c] *= own.std[c];
    }
  }
  try {
    graph::verify(model);
  } catch (const UserError& error) {
    user_error("--input: {}", error.what());
  }
}

}  // namespace qfx::command
