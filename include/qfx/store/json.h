// Strict reading of JSON: every key is known, present and of its type, or UserError
// says where.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace qfx::store {

using Json = nlohmann::ordered_json;

Json parse_json(const std::string& text, const std::string& place);

// A JSON value and its place, "model.qfx: nodes[3].attributes.kernel".
class JsonValue {
 public:
  JsonValue(const Json& value, std::string place) : value_(&value), place_(std::move(place)) {}

  // Members. fields() demands exactly these keys; `optional` ones may be absent.
  void fields(const std::set<std::string>& required,
              const std::set<std::string>& optional = {}) const;
  bool has(const std::string& key) const { return value_->contains(key); }
  JsonValue operator[](const std::string& key) const;
  // The members of an object, any keys.
  void each_member(const std::function<void(const std::string& key, JsonValue value)>& visit) const;
  void each_element(const std::function<void(JsonValue element)>& visit) const;

  bool boolean() const;
  std::int64_t integer(std::int64_t lowest = INT64_MIN, std::int64_t highest = INT64_MAX) const;
  int small_integer() const;  // fits int
  double number() const;
  std::string string() const;
  std::vector<std::int64_t> integers() const;
  std::vector<double> numbers() const;
  std::array<std::int64_t, 2> pair() const;

  // Raises UserError at this place.
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  [[noreturn]] void expected(const char* type) const;

  const Json* value_;
  std::string place_;
};

}  // namespace qfx::store
