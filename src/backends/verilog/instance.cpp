#include "backends/verilog/instance.h"

#include <fmt/format.h>

#include "backends/verilog/memory_text.h"

namespace qfx::backends::verilog {
namespace {

std::string connections(const std::vector<std::pair<std::string, std::string>>& list,
                        const std::string& space) {
  std::string text;
  for (const auto& [name, value] : list)
    text += fmt::format("{}\n{}    .{}({})", text.empty() ? "" : ",", space, name, value);
  return text;
}

}  // namespace

Instance& Instance::with(const std::string& parameter, const std::string& value) {
  parameters_.emplace_back(parameter, value);
  return *this;
}

Instance& Instance::with(const std::string& parameter, std::int64_t value) {
  return with(parameter, std::to_string(value));
}

Instance& Instance::port(const std::string& name, const std::string& expression) {
  ports_.emplace_back(name, expression);
  return *this;
}

Instance& Instance::ports(const std::vector<std::string>& names) {
  for (const std::string& name : names) port(name, name);
  return *this;
}

std::string Instance::text(int indent) const {
  const std::string space(static_cast<std::size_t>(indent), ' ');
  std::string text = space + module_ + " ";
  if (!parameters_.empty())
    text += fmt::format("#({}\n{}) ", connections(parameters_, space), space);
  return text + fmt::format("{} ({}\n{});\n", name_, connections(ports_, space), space);
}

std::string range(std::int64_t width) {
  return fmt::format("[{}:0] ", width - 1);
}

std::string packed(const std::vector<std::int64_t>& numbers, int bits) {
  MemoryWord word;
  for (std::int64_t number : numbers) word.append(number, bits);
  return fmt::format("{}'h{}", word.width(), word.text());
}

}  // namespace qfx::backends::verilog
