// What the tests of the road to a board run, and what they run it on.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "backends/board/board.h"
#include "support/paths.h"
#include "support/random_numbers.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"

namespace qfx::test {

inline std::string board_file(const std::string& name) {
  return source_path("tests/e2e/board/simulated/" + name);
}

// The python that has numpy: the first in PATH may be another than the system's.
inline std::string python() {
  for (const std::string candidate : {"python3", "/usr/bin/python3"})
    if (run_process({candidate, "-c", "import numpy"}).exit_code == 0) return candidate;
  user_error("no python3 with numpy; install the Debian package python3-numpy");
}

inline void write_files(const std::filesystem::path& folder, const backends::Files& files) {
  for (const auto& [name, content] : files) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << content;
  }
}

// A ReLU on [2, 3, 4], signed, in 6 bits, 3 of them fraction; or several of them, each an output.
inline graph::FrozenModel relu_model(const std::string& name, int outputs = 1) {
  graph::Builder builder(name);
  const graph::NodeId input = builder.input({2, 3, 4});
  std::vector<graph::NodeId> relus;
  for (int i = 0; i < outputs; ++i) relus.push_back(builder.relu(input));
  graph::FrozenModel model = with_random_numbers(
      builder.finish(relus),
      {.width = 6, .adjust = [](graph::FrozenNode& node) { node.format.int_bits = 3; }});
  model.nodes[0].format.is_signed = true;
  std::get<graph::Input>(model.nodes[0].op).preprocess = {
      .divisor = 255, .mean = {0.5, 0.25}, .std = {0.25, 0.5}};
  return model;
}

inline backends::board::BoardDesign relu_design(const dataflow::Network& network) {
  return {.network = network,
          .top = "relu",
          .files = {"rtl/relu.v", "rtl/qfx_fifo.v"},
          .memories = {"rtl/mem/relu_weights.mem"},
          .input = backends::board::make_input(network, "s_axis"),
          .outputs = {backends::board::make_output(network, 0, "m_axis")}};
}

}  // namespace qfx::test
