// What Yosys found for a text before: a file a text, called after its content.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qfx/estimate/estimate.h"

namespace qfx::estimate {

class Cache {
 public:
  // "": keeps nothing.
  explicit Cache(std::string folder) : folder_(std::move(folder)) {}

  // Of everything that decides the result: 40 hex digits.
  static std::string key_of(const std::vector<std::string>& parts);

  // Empty where it is not there or cannot be read.
  std::optional<Resources> find(const std::string& key) const;
  // A cache that cannot be written is no reason to fail.
  void keep(const std::string& key, const Resources& resources) const;

  // The same of the clock of an engine, in MHz.
  std::optional<double> find_clock(const std::string& key) const;
  void keep_clock(const std::string& key, double mhz) const;

 private:
  std::string folder_;
};

}  // namespace qfx::estimate
