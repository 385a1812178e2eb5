// A verb of the command: what it adds to the command line, and what it does when chosen.
#pragma once

#include <cstdint>
#include <functional>

namespace CLI {
class App;
}

namespace qfx::command {

// Exit codes. Everything else about a verb's outcome goes to standard output.
inline constexpr int kSuccess = 0;
inline constexpr int kCheckFailed = 1;
inline constexpr int kUserFault = 2;
inline constexpr int kOurFault = 3;

// The largest --limit; 0: all.
inline constexpr std::int64_t kImageLimit = std::int64_t{1} << 31;

struct Verb {
  CLI::App* app = nullptr;
  std::function<int()> run;  // returns the exit code; raises UserError and InternalError
};

Verb add_import(CLI::App& command);
Verb add_train(CLI::App& command);
Verb add_ptq(CLI::App& command);
Verb add_freeze(CLI::App& command);
Verb add_start(CLI::App& command);
Verb add_run(CLI::App& command);
Verb add_export(CLI::App& command);
Verb add_verify(CLI::App& command);
Verb add_inspect(CLI::App& command);
Verb add_estimate(CLI::App& command);
Verb add_report(CLI::App& command);

}  // namespace qfx::command
