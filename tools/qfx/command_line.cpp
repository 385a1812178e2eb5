#include "command_line.h"

#include <CLI/CLI.hpp>

namespace qfx::command {
namespace {

template <class Number>
void add_number(CLI::App& app, const std::string& name, Number& value, const std::string& help,
                Number lowest, Number highest, const std::string& type) {
  // The range's own description would repeat in --help what the help says in words.
  CLI::Option* option = app.add_option(name, value, help)
                            ->check(CLI::Range(lowest, highest).description(""))
                            ->type_name(type);
  if (value != 0) option->capture_default_str();
}

}  // namespace

CommandLine::CommandLine(CLI::App& command, const std::string& verb, const std::string& description)
    : app_(command.add_subcommand(verb, description)) {}

CommandLine& CommandLine::text(const std::string& name, std::string& value, const std::string& help,
                               Need need) {
  CLI::Option* option = app_->add_option(name, value, help);
  if (need == Need::Required) option->required();
  if (!value.empty()) option->capture_default_str();
  return *this;
}

CommandLine& CommandLine::texts(const std::string& name, std::vector<std::string>& values,
                                const std::string& help) {
  app_->add_option(name, values, help)->allow_extra_args(false);
  return *this;
}

CommandLine& CommandLine::flag(const std::string& name, bool& value, const std::string& help) {
  app_->add_flag(name, value, help);
  return *this;
}

CommandLine& CommandLine::count(const std::string& name, int& value, const std::string& help,
                                int lowest, int highest) {
  add_number(*app_, name, value, help, lowest, highest, "N");
  return *this;
}

CommandLine& CommandLine::count(const std::string& name, std::int64_t& value,
                                const std::string& help, std::int64_t lowest,
                                std::int64_t highest) {
  add_number(*app_, name, value, help, lowest, highest, "N");
  return *this;
}

CommandLine& CommandLine::count(const std::string& name, std::optional<std::int64_t>& value,
                                const std::string& help, std::int64_t lowest,
                                std::int64_t highest) {
  app_->add_option(name, value, help)
      ->check(CLI::Range(lowest, highest).description(""))
      ->type_name("N");
  return *this;
}

CommandLine& CommandLine::real(const std::string& name, double& value, const std::string& help,
                               double lowest, double highest) {
  add_number(*app_, name, value, help, lowest, highest, "X");
  return *this;
}

}  // namespace qfx::command
