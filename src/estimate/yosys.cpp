#include "estimate/yosys.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "estimate/cells.h"
#include "estimate/groups.h"
#include "estimate/last_line.h"
#include "estimate/workers.h"

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

const fs::path& Yosys::folder() const {
  return folder_->directory.path();
}

// Sources that these units are made of. Of the top the engines are stand-ins, of which the wrapper
// consists; an engine may have modules of its own, which begin with its name.
std::string Yosys::reading(const std::vector<const Unit*>& units, const std::string& name) const {
  std::string script;
  for (const std::string& source : sources_) {
    const std::string module = source.substr(0, source.size() - 2);
    const bool is_read =
        module.starts_with("qfx_") || std::ranges::any_of(units, [&](const Unit* unit) {
          return module == unit->module ||
                 (!unit->is_top && module.starts_with(unit->module + "_"));
        });
    if (is_read) script += fmt::format("read_verilog {}\n", source);
  }
  return script + fmt::format("read_verilog {}.v\n", name);
}

// What multiplies is mapped twice: Yosys packs registers and accumulators into the DSPs of the 7
// series alone, and there they are not counted twice; memories stay those of UltraScale+. What comes
// before the DSPs is the same for both, and done once.
std::vector<std::optional<Resources>> Yosys::count_group(const std::vector<const Unit*>& units,
                                                         bool multiplies,
                                                         const std::string& name) const {
  const fs::path& folder = folder_->directory.path();
  const bool is_top = units.front()->is_top;
  const std::string top = is_top ? units.front()->module : name;
  std::string wrapper, engines;
  for (const Unit* unit : units) {
    wrapper += unit->wrapper;
    engines += " " + unit->module;
  }
  write(folder / (name + ".v"),
        is_top ? wrapper : fmt::format("module {};\n{}endmodule\n", name, wrapper));

  const auto mapped = [&](const std::string& family, const std::string& steps) {
    return fmt::format(
        "synth_xilinx -family {} -nowidelut -noiopad -noclkbuf -flatten -top {} -run {}\n", family,
        top, steps);
  };
  const auto counted = [&](const std::string& what) {
    return fmt::format("tee -q -o {}.{} stat -json\n", name, what);
  };
  std::string script = reading(units, name) + fmt::format("hierarchy -check -top {}\n", top);
  if (!is_top) script += fmt::format("setattr -mod -set keep_hierarchy 1{}\n", engines);
  script += mapped("xcup", "begin:map_dsp") + counted("adders");
  if (multiplies) {
    script += "design -save prepared\n" + mapped("xcup", "map_dsp:fine") + counted("memories") +
              "design -load prepared\n" + mapped("xc7", "map_dsp:") + counted("cells");
  } else {
    script += mapped("xcup", "map_dsp:") + counted("cells");
  }
  write(folder / (name + ".ys"), script);

  const ProcessResult ran =
      run_process({options_.yosys, "-q", "-s", name + ".ys"}, folder.string(), options_.should_stop,
                  StackLimit::Largest);
  if (ran.exit_code != 0 || !is_file(folder / (name + ".cells")))
    user_error("{} failed ({}): {}", version_, how_it_ended(ran), last_line(ran.output));
  const auto read = [&](const std::string& what) { return read_file(folder / (name + "." + what)); };
  std::vector<std::optional<Resources>> result;
  const std::string adders = read("adders"), cells = read("cells");
  const std::string memories = multiplies ? read("memories") : "";
  for (const Unit* unit : units) {
    const auto of = [&](const std::string& stat, Cells which) {
      return resources_of_module(stat, unit->module, which);
    };
    Resources resources = of(cells, multiplies ? Cells::Others : Cells::All);
    if (multiplies) resources += of(memories, Cells::Memories);
    resources.adders = of(adders, Cells::All).adders;
    const double dsps = multiplies ? of(memories, Cells::Others).dsps : resources.dsps;
    result.push_back((dsps > 0) == multiplies ? std::optional(resources) : std::nullopt);
  }
  return result;
}

// As many processes as cores: Yosys has one thread.
std::vector<std::size_t> Yosys::count_round(const std::vector<Unit>& units, const std::string& name,
                                            const Counted& counted) const {
  const std::size_t jobs = worker_count(options_.jobs);
  const std::vector<Group> groups = groups_of(units, jobs);
  std::mutex mutex;
  std::vector<std::size_t> wrong;
  in_parallel(groups.size(), jobs, [&](std::size_t at) {
    std::vector<const Unit*> members;
    for (const std::size_t i : groups[at].units) members.push_back(&units[i]);
    const std::vector<std::optional<Resources>> found =
        count_group(members, groups[at].multiplies, fmt::format("{}_{}", name, at));
    const std::lock_guard lock(mutex);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::size_t unit = groups[at].units[i];
      if (found[i])
        counted(unit, *found[i]);
      else
        wrong.push_back(unit);
    }
  });
  return wrong;
}

void Yosys::map_for_ecp5(const Unit& unit, const std::string& name,
                         const ShouldStop& should_stop) const {
  write(folder() / (name + ".v"), unit.clock_wrapper);
  write(folder() / (name + ".ys"),
        reading({&unit}, name) + fmt::format("hierarchy -check -top {0}\n"
                                             "synth_ecp5 -top {0} -json {1}.json\n",
                                             kClockTop, name));
  const ProcessResult ran = run_process({options_.yosys, "-q", "-s", name + ".ys"},
                                        folder().string(), should_stop, StackLimit::Largest);
  if (ran.exit_code != 0 || !is_file(folder() / (name + ".json")))
    user_error("{} failed ({}): {}", version_, how_it_ended(ran), last_line(ran.output));
}

void Yosys::count(const std::vector<Unit>& units, const Counted& counted) const {
  const std::vector<std::size_t> wrong = count_round(units, "qfx_estimate", counted);
  std::vector<Unit> again;
  for (const std::size_t i : wrong) {
    again.push_back(units[i]);
    again.back().multiplies = !again.back().multiplies;
  }
  if (again.empty()) return;
  const auto counted_again = [&](std::size_t i, const Resources& resources) {
    counted(wrong[i], resources);
  };
  QFX_ASSERT(count_round(again, "qfx_estimate_again", counted_again).empty());
}

}  // namespace qfx::estimate
