// Running another program without a shell.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace qfx {

struct ProcessResult {
  int exit_code = 0;   // 128 + signal if killed by one
  std::string output;  // stdout and stderr together
};

// Asked ten times a second, by any thread, while programs run. Once it says true, they and what
// they have started get SIGTERM, and UserError is raised.
using ShouldStop = std::function<bool()>;

// Runs argv[0] (looked up in PATH) and waits. Raises UserError where it cannot be started.
ProcessResult run_process(const std::vector<std::string>& argv,
                          const std::string& working_directory = "",
                          const ShouldStop& should_stop = {});

// Runs several at once, at most `jobs` at a time; results in the order given.
std::vector<ProcessResult> run_processes(const std::vector<std::vector<std::string>>& commands,
                                         int jobs, const ShouldStop& should_stop = {});

}  // namespace qfx
