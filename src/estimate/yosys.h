// Yosys on modules of an exported project.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "qfx/estimate/estimate.h"

namespace qfx::estimate {

// The module that clocks an engine between registers.
inline constexpr const char* kClockTop = "qfx_clocked";

// An engine that is counted, or the top without its engines.
struct Unit {
  std::string module;
  std::string wrapper;  // Verilog that instantiates it, or what its parts are where it is the top
  std::string clock_wrapper = {};  // of an engine: kClockTop
  std::string content = {};  // all that decides what comes out, but for its name
  bool is_top = false;
  // Guesses that decide how long it takes, and not what comes out.
  double weight = 0;        // about its LUTs
  bool multiplies = false;  // it may take DSPs
};

class Yosys {
 public:
  // Writes the project's modules and memories into a folder of its own. Raises UserError where
  // Yosys is missing.
  Yosys(const backends::Files& project, const Options& options);
  ~Yosys();
  Yosys(const Yosys&) = delete;
  Yosys& operator=(const Yosys&) = delete;

  const std::string& version() const { return version_; }  // "Yosys 0.23"

  // Of each unit, as soon as it is known; one call at a time, from any thread.
  using Counted = std::function<void(std::size_t unit, const Resources&)>;
  void count(const std::vector<Unit>& units, const Counted& counted) const;

  // An engine between registers, mapped onto an ECP5, as NAME.json in the folder, from any thread.
  // Raises UserError where Yosys fails or is stopped.
  void map_for_ecp5(const Unit& unit, const std::string& name, const ShouldStop& should_stop) const;
  const std::filesystem::path& folder() const;

 private:
  struct Folder;
  std::unique_ptr<Folder> folder_;
  const Options& options_;
  std::string version_;
  std::vector<std::string> sources_;

  // Nothing where `multiplies` was a wrong guess.
  std::vector<std::optional<Resources>> count_group(const std::vector<const Unit*>& units,
                                                    bool multiplies, const std::string& name) const;
  // The units whose guess was wrong.
  std::vector<std::size_t> count_round(const std::vector<Unit>& units, const std::string& name,
                                       const Counted& counted) const;
  std::string reading(const std::vector<const Unit*>& units, const std::string& name) const;
};

}  // namespace qfx::estimate
