// Running another program without a shell.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace qfx {

struct ProcessResult {
  int exit_code = 0;   // 128 + signal if killed by one
  std::string output;  // stdout and stderr together
  int signal = 0;      // that killed it; 0: it ended by itself
};

// "exit code 3", or "killed by SIGKILL: ..." with what that signal mostly means.
std::string how_it_ended(const ProcessResult& result);

// How much of the stack a program may use: what this one may, or as much as the system allows.
enum class StackLimit { Inherited, Largest };

// Asked ten times a second, by any thread, while programs run. Once it says true, they and what
// they have started get SIGTERM, and UserError is raised.
using ShouldStop = std::function<bool()>;

// Runs argv[0] (looked up in PATH) and waits. Raises UserError where it cannot be started. Given a
// temporary directory, the program has it as TMPDIR: what it leaves there when it is ended goes with
// the directory.
ProcessResult run_process(const std::vector<std::string>& argv,
                          const std::string& working_directory = "",
                          const ShouldStop& should_stop = {},
                          StackLimit stack = StackLimit::Inherited,
                          const std::string& temporary_directory = "");

// Runs several at once, at most `jobs` at a time; results in the order given.
std::vector<ProcessResult> run_processes(const std::vector<std::vector<std::string>>& commands,
                                         int jobs, const ShouldStop& should_stop = {},
                                         StackLimit stack = StackLimit::Inherited,
                                         const std::string& working_directory = "");

}  // namespace qfx
