#include "qfx/store/json.h"

#include <limits>

#include "store/json_complaint.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::store {

namespace {

// A key as part of a place: somebody else's may be long, or no text at all.
std::string short_name(const std::string& key) {
  constexpr std::size_t kLongest = 80;
  return key.size() <= kLongest && is_printable_ascii(key) ? key : in_quotes(key);
}

}  // namespace

std::string json_complaint(std::string_view what) {
  // "[json.exception.parse_error.101] parse error at line 1, column 5: ...; last read: '...'"
  if (const std::size_t name = what.find("] "); name != what.npos && what.starts_with("[json."))
    what.remove_prefix(name + 2);
  what = what.substr(0, what.find("; last read"));
  constexpr std::size_t kLongest = 160;
  return std::string(what.substr(0, kLongest)) + (what.size() > kLongest ? "..." : "");
}

Json parse_json(const std::string& text, const std::string& place) {
  // The library takes a zero byte for the end.
  if (text.find('\0') != text.npos) user_error("{}: not valid JSON: it holds a zero byte", place);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    user_error("{}: not valid JSON at byte {}: {}", place, error.byte,
               json_complaint(error.what()));
  } catch (const Json::out_of_range& error) {
    user_error("{}: a number is beyond a double's range: {}", place, json_complaint(error.what()));
  }
}

void JsonValue::fail(const std::string& problem) const {
  user_error("{}: {}", place_, problem);
}

void JsonValue::expected(const char* type) const {
  fail(fmt::format("this is {} {}, it must be {}",
                   value_->is_object() || value_->is_array() ? "an" : "a", value_->type_name(),
                   type));
}

void JsonValue::fields(const std::set<std::string>& required,
                       const std::set<std::string>& optional) const {
  if (!value_->is_object()) expected("an object");
  for (const auto& [key, unused] : value_->items()) {
    if (!required.contains(key) && !optional.contains(key))
      fail(fmt::format("the key {} is not known", in_quotes(key)));
  }
  for (const std::string& key : required) {
    if (!has(key)) fail(fmt::format("the key '{}' is missing", key));
  }
}

JsonValue JsonValue::operator[](const std::string& key) const {
  if (!value_->is_object()) expected("an object");
  const auto found = value_->find(key);
  if (found == value_->end()) fail(fmt::format("the key '{}' is missing", key));
  return {*found, fmt::format("{}.{}", place_, key)};
}

void JsonValue::each_member(const std::function<void(const std::string&, JsonValue)>& visit) const {
  if (!value_->is_object()) expected("an object");
  for (const auto& [key, value] : value_->items())
    visit(key, {value, fmt::format("{}.{}", place_, short_name(key))});
}

void JsonValue::each_element(const std::function<void(JsonValue)>& visit) const {
  if (!value_->is_array()) expected("a list");
  for (std::size_t i = 0; i < value_->size(); ++i)
    visit({(*value_)[i], fmt::format("{}[{}]", place_, i)});
}

bool JsonValue::boolean() const {
  if (!value_->is_boolean()) expected("true or false");
  return value_->get<bool>();
}

std::int64_t JsonValue::integer(std::int64_t lowest, std::int64_t highest) const {
  const bool too_large = value_->is_number_unsigned() && value_->get<std::uint64_t>() > INT64_MAX;
  if (!value_->is_number_integer() || too_large) expected("a whole number of 64 bits");
  const auto number = value_->get<std::int64_t>();
  if (number < lowest || number > highest)
    fail(fmt::format("this is {}, allowed are {} to {}", number, lowest, highest));
  return number;
}

int JsonValue::small_integer() const {
  return static_cast<int>(
      integer(std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

double JsonValue::number() const {
  if (!value_->is_number()) expected("a number");
  return value_->get<double>();
}

std::string JsonValue::string() const {
  if (!value_->is_string()) expected("a string");
  return value_->get<std::string>();
}

std::vector<std::int64_t> JsonValue::integers() const {
  std::vector<std::int64_t> result;
  each_element([&](JsonValue element) { result.push_back(element.integer()); });
  return result;
}

std::vector<double> JsonValue::numbers() const {
  std::vector<double> result;
  each_element([&](JsonValue element) { result.push_back(element.number()); });
  return result;
}

std::array<std::int64_t, 2> JsonValue::pair() const {
  const std::vector<std::int64_t> values = integers();
  if (values.size() != 2)
    fail(fmt::format("this list has {} entries, it must have 2", values.size()));
  return {values[0], values[1]};
}

}  // namespace qfx::store
