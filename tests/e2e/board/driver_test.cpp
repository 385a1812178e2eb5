// The driver that runs on the board, before a simulated DMA.
#include <bit>
#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <random>

#include "tools.h"
#include "verify/cpp_build.h"

#include "qfx/backends/export.h"
#include "qfx/backends/project.h"
#include "qfx/backends/target.h"
#include "qfx/circuit/plan.h"
#include "qfx/fixed/raw.h"
#include "qfx/fixed/value.h"
#include "qfx/graph/outputs.h"
#include "qfx/runtime/engine.h"

namespace qfx::backends::board {
namespace {

namespace fs = std::filesystem;

// A folder as it lies on a board: driver.py, design.json, a bitstream; pynq beside it.
void lay_out(const fs::path& folder, const BoardDesign& design) {
  const Files files = print_board(design);
  test::write_files(folder, {{"driver.py", files.at("board/driver.py")},
                             {"design.json", files.at("board/design.json")},
                             {"network.bit", ""},
                             {"pynq.py", read_file(test::board_file("pynq.py"))}});
}

// pins.h of simulated/rim.cc.
std::string pins_of(const BoardDesign& design) {
  std::string outputs;
  for (const Port& port : design.outputs)
    outputs += fmt::format("{0}{{{2}, &top.{1}_tdata, top.{1}_tvalid, top.{1}_tready, top.{1}_tlast}}",
                           outputs.empty() ? "" : ", ", port.name, port.tdata_width() / 8);
  return fmt::format(
      "constexpr std::size_t kInBytes = {};\n"
      "std::vector<Output> outputs_of(Vrim& top) {{ return {{{}}}; }}\n",
      design.input.tdata_width() / 8, outputs);
}

// The program behind the simulated DMA.
std::string build_simulation(const fs::path& folder, const BoardDesign& design,
                             const std::vector<std::string>& sources) {
  test::write_files(folder, {{"pins.h", pins_of(design)}});
  std::vector<std::string> command{
      "env",
      "OBJCACHE=ccache",
      "verilator",
      "--default-language",
      "1364-2001",
      "--cc",
      "--exe",
      "--build",
      "-O3",
      "--prefix",
      "Vrim",
      "--Mdir",
      (folder / "build").string(),
      "--top-module",
      design.top,
      "-CFLAGS",
      "-O1 -I" + folder.string(),
      test::board_file("rim.cc")};
  command.insert(command.end(), sources.begin(), sources.end());
  const ProcessResult built = run_process(command, folder.string());
  EXPECT_EQ(built.exit_code, 0) << built.output;
  return (folder / "build/Vrim").string();
}

std::vector<std::int32_t> read_raw(const fs::path& file) {
  const std::string bytes = read_file(file);
  std::vector<std::int32_t> values(bytes.size() / 4);
  std::memcpy(values.data(), bytes.data(), values.size() * 4);
  return values;
}

void write_raw(const fs::path& file, const std::vector<std::int32_t>& values) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * 4));
}

// 100 random samples through the driver, 7 a transfer, equal to the runtime's.
void expect_the_runtimes_results(const fs::path& folder, const std::string& program,
                                 const graph::FrozenModel& model) {
  constexpr std::int64_t kSamples = 100;
  const std::vector<std::int32_t> inputs = test::random_inputs(model, 1, kSamples);
  write_raw(folder / "inputs", inputs);
  const ProcessResult ran = run_process(
      {"env", "QFX_SIMULATION=" + program,
       fmt::format("QFX_OUTPUTS={}", graph::output_ids(model).size()), test::python(), test::board_file("run_driver.py"),
       folder.string(), (folder / "inputs").string(), (folder / "outputs").string(), "7"},
      folder.string());
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_EQ(read_raw(folder / "outputs"), runtime::Engine(model, 1).run(inputs, kSamples));
}

TEST(Driver, GivesTheRuntimesResultsOverADma) {
  const graph::FrozenModel model = test::relu_model("relu");
  const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
  const BoardDesign design = test::relu_design(network);
  const TemporaryDirectory work;
  lay_out(work.path(), design);
  const std::string program = build_simulation(work.path(), design, {test::board_file("relu.v")});
  expect_the_runtimes_results(work.path(), program, model);

  // The simulated DMA waits where a real one would: a top that loses TLAST is found.
  std::ofstream(work.path() / "once.py")
      << "import numpy, sys\nfrom driver import Network\n"
         "Network(sys.path[0] + '/network.bit', timeout=0.1).predict(numpy.zeros((2, 3, 4)))\n";
  const ProcessResult lost = run_process({"env", "QFX_LOSE_TLAST=1", "QFX_SIMULATION=" + program,
                                          test::python(), (work.path() / "once.py").string()});
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_THAT(lost.output, testing::HasSubstr("TimeoutError: the DMA is still"));
}

// A network as the target verilog exports it: what stands on a board.
void expect_an_export_to_run(const graph::FrozenModel& model, const ExportOptions& options) {
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project", board = work.path() / "board";
  export_project(target_named("verilog"), graph::Analyzed(model), project.string(), options);
  fs::copy(project / "board", board);
  fs::copy(project / "mem", board);  // read by bare names, from where the simulation runs
  test::write_files(board,
                    {{"network.bit", ""}, {"pynq.py", read_file(test::board_file("pynq.py"))}});
  std::vector<std::string> sources;
  for (const auto& entry : fs::directory_iterator(project / "rtl"))
    sources.push_back(entry.path().string());
  const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
  const Project written = read_project(project.string());
  BoardDesign design{.network = network,
                     .top = written.top,
                     .input = make_input(network, "s_axis", written.input.lanes)};
  for (const backends::Port& port : written.outputs)
    design.outputs.push_back(make_output(network, design.outputs.size(), port.name, port.lanes));
  expect_the_runtimes_results(board, build_simulation(board, design, sources), model);
}

TEST(Driver, RunsAnExportedNetwork) {
  graph::Builder b("exported");
  graph::NodeId x = b.input({3, 6, 6});
  x = b.relu(b.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}}));
  x = b.max_pool2d(x, {.kernel = {2, 2}, .stride = {2, 2}});
  b.linear(b.flatten(x), {.out_features = 5});
  expect_an_export_to_run(test::with_random_numbers(b.finish()), {});
}

// A port wider than 64 bits, of which a beat does not fill all: 9 of 16 bytes, and 5 of 8.
TEST(Driver, RunsANetworkWithWidePorts) {
  graph::Builder b("wide");
  b.linear(b.relu(b.linear(b.input({9}), {.out_features = 6})), {.out_features = 5});
  const graph::FrozenModel model = test::with_random_numbers(b.finish());
  const dataflow::Folding folding =
      circuit::plan(dataflow::lower(graph::Analyzed(model)), {}, {}).folding;
  expect_an_export_to_run(model, {.folding = folding});
  expect_an_export_to_run(model, {.folding = folding, .axi_bits = 8});
}

// Each output has a DMA of its own, and the driver arms them all before it sends.
TEST(Driver, RunsANetworkWithTwoOutputs) {
  graph::Builder b("heads");
  const graph::NodeId x = b.relu(b.linear(b.input({6}), {.out_features = 7}));
  const graph::NodeId first = b.linear(x, {.out_features = 3}, "first");
  const graph::NodeId second = b.linear(x, {.out_features = 10}, "second head");
  expect_an_export_to_run(test::with_random_numbers(b.finish({second, first})), {});
}

// What vitis exports takes and gives the same beats: the same driver, before its C++.
TEST(Driver, RunsWhatVitisExports) {
  graph::Builder b("exported");
  graph::NodeId x = b.input({3, 5, 4});
  x = b.relu(b.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}}));
  b.linear(b.flatten(x), {.out_features = 5});
  const graph::FrozenModel model = test::with_random_numbers(b.finish(), {.width = 12});
  const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project", board = project / "board";
  const Target& target = target_named("vitis");
  export_project(target, graph::Analyzed(model), project.string(), {});
  test::write_files(board,
                    {{"network.bit", ""}, {"pynq.py", read_file(test::board_file("pynq.py"))}});
  const Port in = make_input(network, "s_axis"), out = make_output(network, 0, "m_axis");
  const fs::path program = work.path() / "program";
  verify::compile(
      verify::compile_command(
          verify::vendor_headers(target),
          {test::board_file("hls_rim.cc"), project / "firmware/exported.cpp"},
          {project / "firmware", project / "tb"},
          {"-DQFX_SPACE=exported_net", fmt::format("-DQFX_IN_BYTES={}", in.tdata_width() / 8),
           fmt::format("-DQFX_OUT_BYTES={}", out.tdata_width() / 8)},
          program),
      {});
  expect_the_runtimes_results(board, program.string(), model);
}

TEST(Driver, SaysWhatItDoesNotTake) {
  const dataflow::Network network = dataflow::lower(graph::Analyzed(test::relu_model("relu")));
  const TemporaryDirectory work;
  lay_out(work.path(), test::relu_design(network));
  const ProcessResult ran =
      run_process({test::python(), test::board_file("test_driver.py"), work.path().string()});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, testing::HasSubstr("Ran 17 tests"));
}

// Every mode, on reals near and far from what the format holds.
TEST(Driver, MakesRawValuesOfRealsByTheLaw) {
  std::vector<fixed::Format> formats;
  for (int rounding = 0; rounding < fixed::kRoundingCount; ++rounding) {
    for (int overflow = 0; overflow < fixed::kOverflowCount; ++overflow) {
      for (const int width : {1, 2, 5, 8, 31}) {
        for (const int int_bits : {-3, 2, width, 40}) {
          for (const bool is_signed : {false, true}) {
            for (const int wrap_bits : {0, 1, 2, width}) {
              const fixed::Format format{width,
                                         int_bits,
                                         is_signed,
                                         static_cast<fixed::Rounding>(rounding),
                                         static_cast<fixed::Overflow>(overflow),
                                         wrap_bits};
              try {
                fixed::validate(format);
              } catch (const UserError&) {
                continue;
              }
              formats.push_back(format);
            }
          }
        }
      }
    }
  }
  std::mt19937_64 generator(7);
  std::vector<double> reals{0.0, -0.0, 0.5, -0.5, 1.5, -2.5, 1e300, -1e300, 5e-324, -5e-324};
  while (reals.size() < 200) {
    const int exponent = static_cast<int>(generator() % 60) - 20;
    const auto mantissa = static_cast<double>(static_cast<std::int64_t>(generator() % 4096) - 2048);
    reals.push_back(std::ldexp(mantissa, exponent - 10));
  }
  nlohmann::json described = nlohmann::json::array();
  std::vector<std::int64_t> expected;
  for (const fixed::Format& format : formats) {
    described.push_back({{"width", format.width},
                         {"int_bits", format.int_bits},
                         {"signed", format.is_signed},
                         {"rounding", fixed::to_string(format.rounding)},
                         {"overflow", fixed::to_string(format.overflow)},
                         {"wrap_bits", format.wrap_bits}});
    for (const double real : reals) expected.push_back(fixed::raw_from_double(real, format));
  }
  EXPECT_GT(formats.size(), 1000u);
  const TemporaryDirectory work;
  test::write_files(work.path(), {{"formats.json", described.dump()}});
  std::ofstream(work.path() / "reals", std::ios::binary)
      .write(reinterpret_cast<const char*>(reals.data()),
             static_cast<std::streamsize>(reals.size() * 8));
  const ProcessResult ran =
      run_process({test::python(), test::board_file("quantize.py"),
                   test::source_path("support/board"), (work.path() / "formats.json").string(),
                   (work.path() / "reals").string(), (work.path() / "raws").string()});
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const std::string bytes = read_file(work.path() / "raws");
  ASSERT_EQ(bytes.size(), expected.size() * 8);
  std::vector<std::int64_t> raws(expected.size());
  std::memcpy(raws.data(), bytes.data(), bytes.size());
  int differences = 0;
  for (std::size_t i = 0; i < expected.size() && differences < 5; ++i) {
    if (raws[i] == expected[i]) continue;
    ++differences;
    ADD_FAILURE() << fixed::to_string(formats[i / reals.size()]) << " of "
                  << reals[i % reals.size()] << ": " << raws[i] << ", expected " << expected[i];
  }
}

}  // namespace
}  // namespace qfx::backends::board
