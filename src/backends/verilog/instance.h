// Instances of modules as text.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace qfx::backends::verilog {

// A module's instance: parameters and ports by name, each a Verilog expression.
class Instance {
 public:
  Instance(std::string module, std::string name)
      : module_(std::move(module)), name_(std::move(name)) {}

  Instance& with(const std::string& parameter, const std::string& value);
  Instance& with(const std::string& parameter, std::int64_t value);
  Instance& port(const std::string& name, const std::string& expression);
  // Ports that have the name of what they are connected to.
  Instance& ports(const std::vector<std::string>& names);

  std::string text(int indent = 2) const;

 private:
  using Connections = std::vector<std::pair<std::string, std::string>>;

  std::string module_, name_;
  Connections parameters_, ports_;
};

// "[7:0] ": of a vector, also where it has one bit, so that parts of it can be named.
std::string range(std::int64_t width);

// Numbers of 32 bits side by side, the first one lowest, as a sized constant.
std::string packed(const std::vector<std::int64_t>& numbers, int bits = 32);

}  // namespace qfx::backends::verilog
