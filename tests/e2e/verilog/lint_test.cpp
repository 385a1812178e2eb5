// Verilator, Icarus Verilog and Yosys have nothing to say about what is exported.
#include <filesystem>
#include <gmock/gmock.h>

#include "support/networks.h"
#include "support/random_folding.h"

#include "qfx/backends/export.h"
#include "qfx/backends/project.h"
#include "qfx/backends/target.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/dataflow/lower.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;

std::string rtl_files(const fs::path& project) {
  std::string files;
  for (const auto& entry : fs::directory_iterator(project / "rtl"))
    files += " " + entry.path().string();
  return files;
}

// The constants are read from where a tool runs.
void expect_silence(const fs::path& project, const std::string& top) {
  const std::string files = rtl_files(project);
  const fs::path memories = is_folder(project / "mem") ? project / "mem" : project;
  for (const std::string& command :
       {"verilator --lint-only -Wall --default-language 1364-2001 --top-module " + top + files,
        "iverilog -g2001 -Wall -t null -s " + top + files,
        "yosys -q -p 'read_verilog" + files + "; hierarchy -check -top " + top +
            "; proc; check -assert'"}) {
    const ProcessResult result = run_process({"sh", "-c", command}, memories.string());
    EXPECT_EQ(result.output, "") << command.substr(0, 200);
    EXPECT_EQ(result.exit_code, 0) << command.substr(0, 200);
  }
}

TEST(Lint, HasNothingToSay) {
  std::uint64_t seed = 0;
  for (const graph::FrozenModel& model : test::all_kinds()) {
    const TemporaryDirectory work;
    const std::string project = (work.path() / "project").string();
    const graph::Analyzed analyzed(model);
    // Every second one with folds of its own.
    const dataflow::Folding folding = ++seed % 2 == 0
                                          ? test::random_folding(seed, dataflow::lower(analyzed))
                                          : dataflow::Folding{};
    backends::export_project(backends::target_named("verilog"), analyzed, project,
                             {.folding = folding});
    expect_silence(project, backends::read_project(project).top);
  }
}

}  // namespace
}  // namespace qfx::verify
