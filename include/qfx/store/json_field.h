// Reading JSON that may be anything: a field is there with the right type, or it is not there.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace qfx::store {

using LenientJson = nlohmann::json;

inline const LenientJson* field(const LenientJson& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

inline std::optional<double> number(const LenientJson& object, const char* key) {
  const LenientJson* value = field(object, key);
  if (!value || !value->is_number()) return std::nullopt;
  const double real = value->get<double>();
  return std::isfinite(real) ? std::optional(real) : std::nullopt;
}

inline std::optional<std::string> text(const LenientJson& object, const char* key) {
  const LenientJson* value = field(object, key);
  return value && value->is_string() ? std::optional(value->get<std::string>()) : std::nullopt;
}

// The finite numbers of an array, 0 for what is none; empty where there is no array.
inline std::vector<double> numbers(const LenientJson& object, const char* key) {
  std::vector<double> out;
  const LenientJson* value = field(object, key);
  if (!value || !value->is_array()) return out;
  for (const LenientJson& entry : *value) {
    const double real = entry.is_number() ? entry.get<double>() : 0.0;
    out.push_back(std::isfinite(real) ? real : 0.0);
  }
  return out;
}

template <class T>
LenientJson or_null(const std::optional<T>& value) {
  return value ? LenientJson(*value) : LenientJson(nullptr);
}

// A copy of the named numbers of `object`, null where missing: a page can rely on every key.
inline LenientJson pick_numbers(const LenientJson& object,
                                std::initializer_list<const char*> keys) {
  LenientJson out = LenientJson::object();
  for (const char* key : keys) out[key] = or_null(number(object, key));
  return out;
}

}  // namespace qfx::store
