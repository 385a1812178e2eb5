// A simulation does not depend on the stack: what a layer holds lies elsewhere, and a program that
// may use more stack gets it.
#include <filesystem>
#include <gmock/gmock.h>

#include "support/paths.h"
#include "support/random_numbers.h"
#include "verify/cpp_build.h"

#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/graph/builder.h"
#include "qfx/runtime/engine.h"

namespace qfx {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kStackKilobytes = 128;

// 48 channels x 1024 columns x 3 rows x 2 bytes, 12 bytes for each of 32,768 values, and a sequence
// of 131,072 x 64 under kernels of one row.
std::vector<graph::FrozenModel> large_networks() {
  const auto wide = [](graph::FrozenNode& node) { node.format.width = 16; };
  graph::Builder rows("rows");
  graph::NodeId x = rows.input({1, 3, 1024});
  x = rows.conv2d(x, {.out_channels = 48, .kernel = {1, 1}});
  rows.conv2d(x, {.out_channels = 1, .kernel = {3, 3}, .stride = {1, 8}});
  graph::Builder vector("vector");
  vector.softmax(vector.input({32768}));
  graph::Builder sequence("sequence");
  x = sequence.input({1, 1, 131072});
  x = sequence.conv2d(x, {.out_channels = 64, .kernel = {1, 1}});
  sequence.conv2d(x, {.out_channels = 1, .kernel = {1, 3}, .stride = {1, 4}, .padding = {0, 1}});
  return {test::with_random_numbers(rows.finish(), {.seed = 3, .adjust = wide}),
          test::with_random_numbers(vector.finish(), {.seed = 4}),
          test::with_random_numbers(sequence.finish(), {.seed = 5})};
}

TEST(Stack, IsNotWhereALayerHoldsItsData) {
  for (const backends::Target& target : backends::targets()) {
    if (!std::holds_alternative<backends::VendorHeaders>(target.simulation)) continue;
    for (const graph::FrozenModel& model : large_networks()) {
      const TemporaryDirectory work;
      const std::string project = (work.path() / "project").string();
      const std::vector<std::int32_t> inputs = test::random_inputs(model, 2, 1);
      const std::vector<std::int32_t> outputs = runtime::Engine(model).run(inputs, 1);
      backends::export_project(target, graph::Analyzed(model), project,
                               {.golden_inputs = inputs, .golden_outputs = outputs});
      const std::string make =
          fmt::format("make -s -C {} {}={} ", project,
                      verify::vendor_headers(target).name == "ap_types" ? "AP_TYPES" : "AC_TYPES",
                      test::vendor_headers(std::string(verify::vendor_headers(target).name)));
      const ProcessResult built = run_process({"sh", "-c", make + "test_bench"});
      ASSERT_EQ(built.exit_code, 0) << built.output;
      EXPECT_EQ(built.output, "") << "no warning of the vendor's headers either";
      const ProcessResult run =
          run_process({"sh", "-c", fmt::format("ulimit -s {} && {} test", kStackKilobytes, make)});
      EXPECT_EQ(run.exit_code, 0) << target.name << ", " << model.name << ": " << how_it_ended(run);
      EXPECT_THAT(run.output, testing::HasSubstr("PASS: 1 samples")) << target.name;
      EXPECT_THAT(run.output, testing::Not(testing::HasSubstr("warning"))) << target.name;
    }
  }
}

}  // namespace
}  // namespace qfx
