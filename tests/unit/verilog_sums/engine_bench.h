// Engines side by side in one simulation, each between the words that the runtime computed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine_case.h"
#include "support/verilog_tools.h"

#include "qfx/base/file.h"

namespace qfx::test {

inline constexpr std::int64_t kFrames = 3;

class EngineBench {
 public:
  void add(const EngineUnderTest& one) {
    const std::string& name = one.words.module;
    files_[name + ".v"] = one.text.module;
    for (const auto& [file, text] : one.text.memories) files_[file] = text;
    support_.insert(one.text.support.begin(), one.text.support.end());
    cases_.push_back(one.words);
  }

  std::size_t size() const { return cases_.size(); }

  // Every word, and what the tools say.
  std::string problems(std::int64_t cycles) {
    const std::vector<std::string> modules(support_.begin(), support_.end());
    std::map<std::string, std::string> files = files_;
    files["top.v"] = stream_bench(cases_, cycles, files);
    const VerilogSources sources{"top", files, modules};
    const TemporaryDirectory folder;
    write_sources(sources, folder.path());
    const std::string said = run_in_icarus(sources, folder.path());
    return said == all_ok(cases_) ? "" : said;
  }

 private:
  std::vector<BenchCase> cases_;
  std::map<std::string, std::string> files_;
  std::set<std::string> support_;
};

// What Verilator, Icarus and Yosys say about an engine.
inline std::string complaints_about(const EngineUnderTest& one) {
  std::map<std::string, std::string> files = one.text.memories;
  files[one.words.module + ".v"] = one.text.module;
  const VerilogSources sources{
      one.words.module, files, {one.text.support.begin(), one.text.support.end()}};
  const TemporaryDirectory folder;
  write_sources(sources, folder.path());
  return complaints(sources, folder.path());
}

}  // namespace qfx::test
