// Yosys on modules of an exported project.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "qfx/estimate/estimate.h"

namespace qfx::estimate {

// An engine that is counted, or the top without its engines.
struct Unit {
  std::string module;
  std::string wrapper;  // Verilog that instantiates it, or what its parts are where it is the top
  bool is_top = false;
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

  // Of each unit. family: xcup or xc7.
  std::vector<Resources> count(const std::vector<Unit>& units, const std::string& family) const;

 private:
  struct Folder;
  std::unique_ptr<Folder> folder_;
  const Options& options_;
  std::string version_;
  std::vector<std::string> sources_;
};

}  // namespace qfx::estimate
