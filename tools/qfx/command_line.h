// The options of a verb, apart from CLI11: its header costs seconds a file, and most files here
// only declare a few options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace qfx::command {

enum class Need { Optional, Required };

// Adds a verb and its options to the command. The variables outlive the parsing; what they hold is
// the default, which
// --help shows unless it is empty or 0. A name without dashes is a positional argument.
class CommandLine {
 public:
  CommandLine(CLI::App& command, const std::string& verb, const std::string& description);

  CommandLine& text(const std::string& name, std::string& value, const std::string& help,
                    Need need = Need::Optional);
  // May be given several times.
  CommandLine& texts(const std::string& name, std::vector<std::string>& values,
                     const std::string& help);
  CommandLine& flag(const std::string& name, bool& value, const std::string& help);
  // Numbers outside lowest to highest are refused with a sentence.
  CommandLine& count(const std::string& name, int& value, const std::string& help, int lowest,
                     int highest);
  CommandLine& count(const std::string& name, std::int64_t& value, const std::string& help,
                     std::int64_t lowest, std::int64_t highest);
  // The same where 0 is a number like others: none where it is not given.
  CommandLine& count(const std::string& name, std::optional<std::int64_t>& value,
                     const std::string& help, std::int64_t lowest, std::int64_t highest);
  CommandLine& real(const std::string& name, double& value, const std::string& help, double lowest,
                    double highest);

  CLI::App* app() const { return app_; }

 private:
  CLI::App* app_;
};

}  // namespace qfx::command
