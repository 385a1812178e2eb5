#include "estimate/yosys.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "estimate/cells.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"

namespace qfx::estimate {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) user_error("cannot write '{}': is the disk full?", path.string());
}

// "Yosys 0.23 (git sha1 ...)" to "Yosys 0.23".
std::string version_of(const std::string& yosys) {
  ProcessResult result;
  try {
    result = run_process({yosys, "-V"});
  } catch (const UserError&) {
    result.exit_code = 1;
  }
  if (result.exit_code != 0)
    user_error(
        "an estimate takes Yosys, and '{}' cannot be started; install the package yosys (apt-get "
        "install yosys), or ask for --fast, which needs no tool",
        yosys);
  const std::size_t first = result.output.find(' ');
  return result.output.substr(
      0, std::min(result.output.find(' ', first + 1), result.output.find('\n')));
}

std::string last_line(const std::string& output) {
  std::size_t end = output.find_last_not_of("\n \t");
  if (end == std::string::npos) return "it says nothing";
  const std::size_t begin = output.find_last_of('\n', end);
  return output.substr(begin + 1, end - begin);
}

}  // namespace

struct Yosys::Folder {
  TemporaryDirectory directory;
};

// All in one folder: memories are read by bare names.
Yosys::Yosys(const backends::Files& project, const Options& options)
    : folder_(std::make_unique<Folder>()), options_(options), version_(version_of(options.yosys)) {
  for (const auto& [path, content] : project) {
    const bool is_source = path.starts_with("rtl/");
    if (!is_source && !path.starts_with("mem/")) continue;
    const std::string name = fs::path(path).filename().string();
    write(folder_->directory.path() / name, content);
    if (is_source) sources_.push_back(name);
  }
}

Yosys::~Yosys() = default;

// As many processes as cores, each with its share of the units: Yosys takes seconds to begin with,
// and has one thread.
std::vector<Resources> Yosys::count(const std::vector<Unit>& units,
                                    const std::string& family) const {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const auto jobs = static_cast<std::size_t>(options_.jobs > 0 ? options_.jobs : cores);
  const fs::path& folder = folder_->directory.path();
  // The top has stand-ins for its engines, and so a process of its own.
  std::vector<std::vector<std::size_t>> groups;
  std::vector<std::size_t> engines;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units[i].is_top) {
      groups.push_back({i});
    } else {
      engines.push_back(i);
    }
  }
  const std::size_t shares = std::min(jobs, engines.size());
  for (std::size_t share = 0; share < shares; ++share) {
    groups.emplace_back();
    for (std::size_t i = share; i < engines.size(); i += shares)
      groups.back().push_back(engines[i]);
  }
  std::vector<std::vector<std::string>> commands;
  std::vector<fs::path> results;
  for (const std::vector<std::size_t>& group : groups) {
    const std::string name = fmt::format("qfx_estimate_{}_{}", family, commands.size());
    const bool is_top = units[group.front()].is_top;
    std::string wrapper, script, engine_names;
    for (const std::size_t i : group) {
      wrapper += units[i].wrapper;
      engine_names += " " + units[i].module;
    }
    const std::string top = is_top ? units[group.front()].module : name;
    if (!is_top) wrapper = fmt::format("module {};\n{}endmodule\n", name, wrapper);
    write(folder / (name + ".v"), wrapper);
    for (const std::string& source : sources_) {
      // Of the top the engines are stand-ins, of which the wrapper consists; an engine may have
      // modules of its own, and what nobody refers to is dropped.
      const std::string module = source.substr(0, source.size() - 2);
      const bool is_read = !is_top || module.starts_with("qfx_") || module == top;
      if (is_read) script += fmt::format("read_verilog {}\n", source);
    }
    script += fmt::format("read_verilog {}.v\nhierarchy -check -top {}\n", name, top);
    if (!is_top) script += fmt::format("setattr -mod -set keep_hierarchy 1{0}\n", engine_names);
    script += fmt::format(
        "synth_xilinx -family {} -nowidelut -noiopad -noclkbuf -flatten -top {}\n"
        "tee -q -o {}.json stat -json\n",
        family, top, name);
    write(folder / (name + ".ys"), script);
    commands.push_back({options_.yosys, "-q", "-s", name + ".ys"});
    results.push_back(folder / (name + ".json"));
  }
  const std::vector<ProcessResult> ran = run_processes(
      commands, static_cast<int>(jobs), options_.should_stop, StackLimit::Largest, folder.string());
  std::vector<Resources> counted(units.size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (ran[g].exit_code != 0 || !is_file(results[g]))
      user_error("{} failed ({}): {}", version_, how_it_ended(ran[g]), last_line(ran[g].output));
    const std::string stat = read_file(results[g]);
    for (const std::size_t i : groups[g]) counted[i] = resources_of_module(stat, units[i].module);
  }
  return counted;
}

}  // namespace qfx::estimate
