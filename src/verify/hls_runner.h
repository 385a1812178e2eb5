// Exported C++ projects as one program that gives the raw values of every node: what tests compare
// with the runtime. One compilation for many small networks, unoptimised, because the vendor's
// headers cost more than the networks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "qfx/backends/project.h"
#include "qfx/graph/graph.h"

namespace qfx::verify {

class HlsRunner {
 public:
  // Compiles the projects, all of one target and each with a top function of its own name, in
  // `work_directory` (which must exist and outlive the runner). Raises UserError where headers or
  // compiler are missing or the code does not compile.
  HlsRunner(const std::vector<std::string>& projects, const std::string& work_directory,
            const std::vector<std::string>& flags = {"-O0"});

  // The raw values of every node of project `index` for raw inputs {batch, input shape...}, indexed
  // by node id, each {batch, node shape...} in C, H, W order: runtime::Engine::run_all, computed by
  // the exported code. With `outputs` also what left it, as Engine::run gives it.
  std::vector<std::vector<std::int32_t>> run_all(
      std::size_t index, std::span<const std::int32_t> inputs, std::int64_t batch,
      std::vector<std::int32_t>* outputs = nullptr) const;

 private:
  std::vector<backends::Project> projects_;
  std::filesystem::path work_;
};

}  // namespace qfx::verify
