#include "verify/hls_runner.h"

#include <filesystem>

#include "verify/cpp_build.h"
#include "verify/raw_files.h"

#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;

// All tops in one source, and a main that picks one: driver INDEX INPUTS OUTPUTS FIRST COUNT TRACE.
std::string driver_source(const std::vector<backends::Project>& projects) {
  std::string includes, cases;
  for (std::size_t i = 0; i < projects.size(); ++i) {
    const fs::path directory = fs::absolute(projects[i].directory);
    includes += fmt::format("#include \"{}/firmware/{}.cpp\"\n#include \"{}/tb/network.h\"\n",
                            directory.string(), projects[i].top, directory.string());
    cases += fmt::format("    case {}: return qfx::replay<{}::network>(argc - 1, argv + 1);\n", i,
                         projects[i].space);
  }
  return "#define QFX_TRACE_FILE\n#include <stdlib.h>\n#include \"qfx/replay.h\"\n" + includes +
         "int main(int argc, char** argv) {\n  switch (argc > 1 ? atoi(argv[1]) : -1) {\n" + cases +
         "  }\n  return 2;\n}\n";
}

}  // namespace

HlsRunner::HlsRunner(const std::vector<std::string>& projects, const std::string& work_directory,
                     const std::vector<std::string>& flags)
    : work_(fs::absolute(work_directory)) {
  QFX_ASSERT(!projects.empty());
  std::vector<fs::path> includes;
  for (const std::string& directory : projects) {
    projects_.push_back(backends::read_project(directory));
    QFX_ASSERT(projects_.back().target == projects_.front().target);
    includes.push_back(fs::absolute(directory) / "firmware");
    includes.push_back(fs::absolute(directory) / "tb");
  }
  write_file_atomically(work_ / "driver.cpp", driver_source(projects_));
  compile(compile_command(vendor_headers(backends::target_named(projects_[0].target)),
                          {work_ / "driver.cpp"}, includes, flags, work_ / "driver"));
}

std::vector<std::vector<std::int32_t>> HlsRunner::run_all(
    std::size_t index, std::span<const std::int32_t> inputs, std::int64_t batch,
    std::vector<std::int32_t>* outputs) const {
  const TemporaryDirectory files(work_);
  const fs::path in = files.path() / "in", out = files.path() / "out",
                 trace = files.path() / "trace";
  write_raw(in, inputs);
  const ProcessResult result =
      run_process({(work_ / "driver").string(), std::to_string(index), in.string(), out.string(),
                   "0", std::to_string(batch), trace.string()},
                  "", {}, StackLimit::Largest);
  // A stream read while empty or left full is a warning of the vendor's on standard output.
  if (result.exit_code != 0 || !result.output.empty())
    internal_error("the exported project '{}' ended ({}): {}", projects_.at(index).directory,
                   how_it_ended(result), result.output);
  if (outputs != nullptr)
    *outputs = read_raw(out, static_cast<std::int64_t>(fs::file_size(out) / sizeof(std::int32_t)));
  const std::size_t nodes = projects_.at(index).nodes.size();
  const std::vector<SampleTrace> samples = read_trace(trace, static_cast<int>(nodes));
  QFX_ASSERT(std::ssize(samples) == batch);
  std::vector<std::vector<std::int32_t>> values(nodes);
  for (const SampleTrace& sample : samples) {
    for (std::size_t node = 0; node < nodes; ++node)
      for (std::int64_t value : sample[node])
        values[node].push_back(static_cast<std::int32_t>(value));
  }
  return values;
}

}  // namespace qfx::verify
