// The front door: wires the verbs, turns faults into exit codes.
#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <new>
#include <string>
#include <vector>

#include "arguments.h"
#include "console.h"
#include "parse.h"
#include "verb.h"

#include "qfx/base/error.h"

namespace {

using namespace qfx::command;

int report_fault(const std::string& what, int code) {
  warn("qfx: " + what);
  return code;
}

int run(int argc, char** argv) {
  CLI::App app(
      "Neural networks in fixed point: what is trained is bit for bit what runs on the FPGA.",
      "qfx");
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  app.footer("qfx VERB --help lists a verb's options.");
  const std::vector<Verb> verbs{add_import(app),   add_train(app),  add_ptq(app),
                                add_start(app),    add_freeze(app), add_run(app),
                                add_export(app),   add_verify(app), add_inspect(app),
                                add_estimate(app), add_report(app)};
  for (const Verb& verb : verbs) verb.app->group("Verbs");
  try {
    if (const auto code = parse(app, verbs, argc, argv)) return *code;
    for (const Verb& verb : verbs) {
      if (verb.app->parsed()) return verb.run();
    }
    qfx::internal_error("the command line names no verb, and the parser accepted it");
  } catch (const qfx::UserError& error) {
    return report_fault(error.what(), kUserFault);
  } catch (const qfx::InternalError& error) {
    return report_fault(fmt::format("a fault of QFX itself, please report it: {}", error.what()),
                        kOurFault);
  } catch (const std::bad_alloc&) {
    return report_fault("there is not enough memory for this; use smaller batches or less data",
                        kUserFault);
  } catch (const std::filesystem::filesystem_error& error) {
    return report_fault(
        fmt::format("'{}': {}; give another path, or mend what the system says of it",
                    error.path1().string(), error.code().message()),
        kUserFault);
  } catch (const std::exception& error) {
    return report_fault(fmt::format("a fault of QFX itself, please report it: {}", error.what()),
                        kOurFault);
  }
}

}  // namespace

int main(int argc, char** argv) {
  keep_arguments(argv);
  return finish_output(run(argc, argv));
}
