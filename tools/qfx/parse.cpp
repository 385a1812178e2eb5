#include "parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string>

#include "console.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::command {
namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

[[noreturn]] void refuse_extra(const CLI::App& app, const std::string& name,
                               const std::string& extra) {
  if (extra.starts_with("-")) {
    user_error("{} has no option {}; did you mean {}? ({} --help lists them)", name, extra,
               nearest(extra, option_names(app)), name);
  }
  user_error("{} takes no further argument, and was given '{}'; leave it out ({} --help)", name,
             extra, name);
}

}  // namespace

std::optional<int> parse(CLI::App& app, const std::vector<Verb>& verbs, int argc, char** argv) {
  app.set_version_flag("--version", "qfx " QFX_VERSION);
  app.require_subcommand(0, 1);
  if (argc <= 1) {
    print(app.help());
    return kSuccess;
  }
  std::vector<std::string> names;
  for (const Verb& verb : verbs) names.push_back(verb.app->get_name());
  if (const std::string first = argv[1];
      !first.starts_with("-") && std::find(names.begin(), names.end(), first) == names.end()) {
    user_error("'{}' is not a verb of qfx; did you mean '{}'? The verbs are {}", first,
               nearest(first, names), join(names, ", "));
  }

  const auto chosen = [&]() -> const CLI::App& {
    for (const Verb& verb : verbs) {
      if (verb.app->parsed()) return *verb.app;
    }
    return app;
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    std::ostringstream text;  // --help and --version
    const int code = app.exit(success, text, text);
    std::string shown = text.str();
    if (shown.ends_with("\n")) shown.pop_back();  // print ends the line
    print(shown);
    return code;
  } catch (const CLI::ParseError& error) {
    const CLI::App& verb = chosen();
    const std::string name = &verb == &app ? "qfx" : "qfx " + verb.get_name();
    const std::vector<std::string> extras = app.remaining(true);
    if (!extras.empty()) refuse_extra(verb, name, extras.front());
    user_error("{}: {} ({} --help says more)", name, error.what(), name);
  }
  if (&chosen() == &app) user_error("qfx needs a verb: {}", join(names, ", "));
  return std::nullopt;
}

}  // namespace qfx::command
