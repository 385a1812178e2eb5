// An exported project as a program: what of verifying differs between the ways to simulate.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "verify/raw_files.h"

#include "qfx/backends/project.h"
#include "qfx/backends/target.h"
#include "qfx/base/process.h"
#include "qfx/dataflow/fold.h"
#include "qfx/graph/analyzed.h"

namespace qfx::verify {

class Simulation {
 public:
  virtual ~Simulation() = default;

  // The command that builds the program, and the build. Raises UserError with the first error where
  // it fails.
  virtual std::vector<std::string> build_command() = 0;
  virtual void build(const ShouldStop& should_stop) = 0;
  // Raw inputs of all images, in C, H, W order.
  virtual void write_inputs(std::span<const std::int32_t> raw) = 0;
  // Runs `count` images from the `first` on, into the file `out`; and what that holds then, in C,
  // H, W order.
  virtual std::vector<std::string> run_command(std::int64_t first, std::int64_t count,
                                               const std::filesystem::path& out) const = 0;
  virtual std::vector<std::int32_t> read_outputs(const std::filesystem::path& out,
                                                 std::int64_t count) const = 0;
  // Where the program runs; empty: anywhere.
  virtual std::filesystem::path run_folder() const { return {}; }
  // Every node's values for one image: builds the form of the program that writes them.
  virtual SampleTrace trace(std::int64_t image, const ShouldStop& should_stop) = 0;
};

// Files go into `work`, which must exist.
std::unique_ptr<Simulation> make_simulation(const backends::Target& target,
                                            const backends::Project& project,
                                            const graph::FrozenModel& model,
                                            const std::filesystem::path& work);

// A folding of a fresh export that simulates fast: whatever it is, the values are the same.
dataflow::Folding fast_folding(const backends::Target& target, const graph::Analyzed& model);

// What of programs is missing here to simulate so, as a UserError.
void check_simulator(const backends::Target& target);

// Raises UserError unless the program ended well and said nothing: the project was tampered with,
// or the machine is out of something.
void check_run(const ProcessResult& result);

}  // namespace qfx::verify
