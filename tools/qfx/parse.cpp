#include "parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "console.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::command {
namespace {

// Other tools' names for what a verb does.
constexpr std::pair<std::string_view, std::string_view> kOtherVerbs[] = {
    {"predict", "run"},      {"infer", "run"},        {"inference", "run"},
    {"eval", "run"},         {"evaluate", "run"},     {"test", "run"},
    {"exec", "run"},         {"score", "run"},        {"accuracy", "run"},
    {"fit", "train"},        {"learn", "train"},      {"qat", "train"},
    {"resume", "train"},     {"finetune", "train"},   {"start", "train"},
    {"quantize", "ptq"},     {"quantise", "ptq"},     {"calibrate", "ptq"},
    {"convert", "export"},   {"compile", "export"},   {"synthesize", "export"},
    {"synth", "export"},     {"build", "export"},     {"generate", "export"},
    {"codegen", "export"},   {"hls", "export"},       {"deploy", "export"},
    {"write", "export"},     {"simulate", "verify"},  {"sim", "verify"},
    {"csim", "verify"},      {"check", "verify"},     {"compare", "verify"},
    {"prove", "verify"},     {"validate", "verify"},  {"cosim", "verify"},
    {"info", "inspect"},     {"show", "inspect"},     {"summary", "inspect"},
    {"describe", "inspect"}, {"print", "inspect"},    {"dump", "inspect"},
    {"ls", "inspect"},       {"plot", "report"},      {"html", "report"},
    {"view", "report"},      {"visualize", "report"}, {"page", "report"},
    {"onnx", "import"},      {"load", "import"},      {"read", "import"},
    {"save", "freeze"},      {"integers", "freeze"}};

// Other tools' names for options.
constexpr std::pair<std::string_view, std::string_view> kOtherOptions[] = {
    {"output", "--out"},     {"outdir", "--out"},      {"o", "--out"},
    {"dir", "--out"},        {"out", "--output"},      {"outdir", "--output"},
    {"dataset", "--data"},   {"input", "--data"},      {"samples", "--limit"},
    {"images", "--limit"},   {"n", "--limit"},         {"count", "--limit"},
    {"cores", "--threads"},  {"workers", "--threads"}, {"threads", "--jobs"},
    {"backend", "--target"}, {"target", "--against"},  {"against", "--target"},
    {"period", "--clock"},   {"fpga", "--part"},       {"device", "--part"},
    {"name", "--top"},       {"continue", "--resume"}, {"restart", "--resume"}};

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// Epochs and the like are no options.
std::string recipe_hint(const CLI::App& app) {
  const std::string verb = app.get_name();
  return verb == "train" || verb == "ptq" ? "; how a network is trained stands in the recipe" : "";
}

[[noreturn]] void refuse_extra(const CLI::App& app, const std::string& name,
                               const std::string& extra) {
  if (extra.starts_with("-")) {
    const std::string option = extra.substr(0, extra.find('='));
    const std::vector<std::string> names = option_names(app);
    user_error("{} has no option {}; did you mean {}? ({} --help lists them{})", name, option,
               nearest(option, names, kOtherOptions), name, recipe_hint(app));
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
               nearest(first, names, kOtherVerbs), join(names, ", "));
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
