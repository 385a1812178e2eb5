// The generated top with one thread per layer and streams that block at the depths its pragmas
// give: what dataflow hardware does. With a skip branch one shallower than it needs, the same code
// deadlocks.
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <regex>

#include "support/paths.h"
#include "support/random_numbers.h"

#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/graph/builder.h"
#include "qfx/runtime/engine.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSamples = 4;

// Two residual blocks, one of them with a branch of its own in the skip, then a vector beside its
// source.
graph::FrozenModel network() {
  graph::Builder b("bounded");
  const graph::NodeId x = b.input({2, 9, 7});
  graph::NodeId y = b.conv2d(x, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}});
  y = b.conv2d(b.relu(y), {.out_channels = 2, .kernel = {5, 3}, .padding = {2, 1}});
  const graph::NodeId sum = b.add(y, x);
  y = b.conv2d(sum, {.out_channels = 3, .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}});
  y = b.conv2d(y, {.out_channels = 3, .kernel = {3, 3}, .padding = {1, 1}});
  y = b.add(y, b.conv2d(sum, {.out_channels = 3, .kernel = {1, 1}, .stride = {2, 2}}));
  y = b.flatten(b.max_pool2d(y, {.kernel = {2, 2}, .stride = {2, 2}}));
  b.add(b.linear(y, {.out_features = 12}), y);
  return test::with_random_numbers(b.finish());
}

// The top's body with every pragma's depth set on its stream and every call in a thread. `shorten`
// names a stream whose depth is cut by `cut`.
std::string threaded(const std::string& top, const std::string& shorten, int cut) {
  std::string depths;
  const std::regex pragma("#pragma HLS STREAM variable=(\\w+) depth=(\\d+)\n");
  for (std::sregex_iterator at(top.begin(), top.end(), pragma), end; at != end; ++at) {
    const int depth = std::stoi((*at)[2]) - ((*at)[1] == shorten ? cut : 0);
    depths += fmt::format("  {}.set_depth({});\n", (*at)[1].str(), depth);
  }
  std::string text = std::regex_replace(top, std::regex("\n  (qfx::[a-z0-9_]+<[^\n]*);"),
                                        "\n  threads.emplace_back([&] { $1; });");
  const std::string guard = "#ifdef __SYNTHESIS__";
  text.replace(text.find(guard), guard.size(),
               "  std::vector<std::thread> threads;\n" + depths + guard);
  text.insert(text.rfind('}'), "  for (std::thread& thread : threads) thread.join();\n");
  return "#include <thread>\n#include <vector>\n" + text;
}

std::string deepest_stream(const std::string& top) {
  std::string name;
  int deepest = 0;
  const std::regex pragma("variable=(\\w+) depth=(\\d+)");
  for (std::sregex_iterator at(top.begin(), top.end(), pragma), end; at != end; ++at) {
    if (std::stoi((*at)[2]) <= deepest) continue;
    deepest = std::stoi((*at)[2]);
    name = (*at)[1];
  }
  return name;
}

TEST(BoundedStreams, SufficeAndAreNeeded) {
  const graph::FrozenModel model = network();
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project";
  const std::vector<std::int32_t> inputs = test::random_inputs(model, 1, kSamples);
  const std::vector<std::int32_t> outputs = runtime::Engine(model, 1).run(inputs, kSamples);
  backends::export_project(backends::target_named("vitis"), graph::Analyzed(model),
                           project.string(), {.golden_inputs = inputs, .golden_outputs = outputs});

  const fs::path source = project / "firmware/bounded.cpp";
  const std::string top = read_file(source);
  const std::string skip = deepest_stream(top);
  const auto run = [&](int cut) {
    std::ofstream(source) << threaded(top, skip, cut);
    const std::string program = (work.path() / "program").string();
    const ProcessResult built = run_process(
        {"g++", "-std=c++14", "-O0", "-I", test::source_path("tests/e2e/vitis/bounded"), "-isystem",
         test::vendor_headers("ap_types"), "-I", (project / "firmware").string(), "-I",
         (project / "tb").string(), (project / "tb/test_bench.cpp").string(), source.string(), "-o",
         program, "-pthread"});
    EXPECT_EQ(built.exit_code, 0) << built.output;
    return run_process({program, (project / "tb/data").string()});
  };
  const ProcessResult enough = run(0);
  EXPECT_EQ(enough.exit_code, 0) << enough.output;
  EXPECT_THAT(enough.output, testing::HasSubstr("PASS: 4 samples, 48 values"));
  EXPECT_EQ(run(1).exit_code, 0) << "one is spare";
  EXPECT_EQ(run(4).exit_code, 42) << "too shallow a skip must deadlock";
}

}  // namespace
}  // namespace qfx::verify
