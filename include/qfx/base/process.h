// Running another program without a shell.
#pragma once

#include <string>
#include <vector>

namespace qfx {

struct ProcessResult {
  int exit_code = 0;   // 128 + signal if killed by one
  std::string output;  // stdout and stderr together
};

// Runs argv[0] (looked up in PATH) and waits. Raises UserError where it cannot be started.
ProcessResult run_process(const std::vector<std::string>& argv,
                          const std::string& working_directory = "");

// Runs several at once, at most `jobs` at a time; results in the order given.
std::vector<ProcessResult> run_processes(const std::vector<std::vector<std::string>>& commands,
                                         int jobs);

}  // namespace qfx
