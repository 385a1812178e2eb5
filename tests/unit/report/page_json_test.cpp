// What the page is told about a run and about a model.
#include "report/page_json.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/commands.h"
#include "report/model_json.h"
#include "report/param_stats.h"
#include "support/synthetic_run.h"

#include "qfx/base/file.h"
#include "qfx/fixed/khot.h"
#include "qfx/graph/file.h"
#include "qfx/store/safetensors.h"

namespace qfx::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

graph::FrozenParam param(int width, int int_bits, std::vector<std::int32_t> raw) {
  const auto count = static_cast<std::int64_t>(raw.size());
  return {.shape = {count},
          .raw = std::move(raw),
          .format = {.width = width, .int_bits = int_bits},
          .channel_frac_bits = {},
          .k_hot = 0,
          .signed_digits = false};
}

TEST(ParamStats, ExtentAndUse) {
  const Json extent = param_extent(param(8, 3, {-64, 16, 127}));
  EXPECT_EQ(extent["minimum"], -2.0);
  EXPECT_EQ(extent["maximum"], 127.0 / 32);
  EXPECT_EQ(extent["used"], 1.0);
  EXPECT_EQ(extent["at_limit"], 1.0 / 3);
  EXPECT_EQ(param_extent(param(8, 3, {-64, 16}))["used"], 0.5);
}

TEST(ParamStats, HistogramCoversTheRangeAndCountsEveryValue) {
  const Json bins = param_histogram(param(8, 8, {-128, -125, -124, 0, 127}));
  EXPECT_EQ(bins["low"], -128.0);
  EXPECT_EQ(bins["high"], 128.0);
  ASSERT_THAT(bins["counts"], SizeIs(64));
  EXPECT_EQ(bins["counts"][0], 2) << "-128 to -125";
  EXPECT_EQ(bins["counts"][1], 1);
  EXPECT_EQ(bins["counts"][32], 1);
  EXPECT_EQ(bins["counts"][63], 1);
  EXPECT_THAT(param_histogram(param(3, 3, {-4, 3}))["counts"], ElementsAre(1, 0, 0, 0, 0, 0, 0, 1));
}

TEST(ParamStats, ChannelsShareRealBins) {
  graph::FrozenParam p = param(4, 4, {-8, 4});
  p.channel_frac_bits = {0, 2};
  const Json bins = param_histogram(p);
  EXPECT_EQ(bins["low"], -8.0);
  EXPECT_EQ(bins["counts"][0], 1);
  EXPECT_EQ(bins["counts"][9], 1) << "raw 4 with two fraction bits is 1";
  EXPECT_EQ(param_extent(p)["maximum"], 1.0);
}

TEST(ParamStats, OnesOfConstants) {
  graph::FrozenParam p = param(8, 8, {0, 1, -2, 7, 96});
  EXPECT_THAT(param_ones(p)["counts"], ElementsAre(1, 2, 1, 1));
  EXPECT_EQ(param_ones(p)["mean"], 7.0 / 5);
  p.signed_digits = true;
  EXPECT_THAT(param_ones(p)["counts"], ElementsAre(1, 2, 2)) << "7 is 8 - 1";
}

TEST(ModelJson, KHotConstantsHaveAtMostKOnes) {
  const Json tensors = tensors_json(test::synthetic_model({}));
  int k_hot = 0;
  for (const Json& tensor : tensors)
    if (tensor["role"] == "scale") {
      ++k_hot;
      EXPECT_EQ(tensor["ones"]["k_hot"], 2);
      EXPECT_LE(tensor["ones"]["counts"].size(), 3u);
    }
  EXPECT_EQ(k_hot, 3);
}

TEST(Commands, QuotesForTheShell) {
  EXPECT_EQ(shell_quote("runs/a-b_1.qfx"), "runs/a-b_1.qfx");
  EXPECT_EQ(shell_quote("my run; rm -rf 'x'"), R"('my run; rm -rf '\''x'\''')");
  EXPECT_EQ(shell_quote(""), "''");
}

TEST(Commands, FindsTheDataSource) {
  EXPECT_EQ(data_source("source = \"no\"\n[data]\n # source = \"no\"\n  source=\"cifar10:/d a\" # "
                        "yes\n[x]\nsource=\"no\""),
            "cifar10:/d a");
  EXPECT_EQ(data_source("[data]\nsource = 'idx:/d'"), "idx:/d");
  for (const char* none : {"", "[data]", "[data]\nsource", "[data]\nsource =",
                           "[data]\nsource = \"a\\\"b\"", "[data", "source = \"a\""})
    EXPECT_EQ(data_source(none), std::nullopt) << none;
}

TEST(PageJson, TellsAWholeRun) {
  TemporaryDirectory folder;
  const std::string run = (folder.path() / "run").string();
  test::write_synthetic_run(run, {});
  const Json page = page_json(run);
  EXPECT_EQ(page["kind"], "run");
  EXPECT_EQ(page["name"], "fashion-small");
  EXPECT_EQ(page["notes"], Json::array());
  EXPECT_EQ(page["accuracy"], Json({{"float", 0.9162},
                                    {"ptq", 0.8871},
                                    {"fixed", 0.9143},
                                    {"integer", 0.9143},
                                    {"hls", 0.9143}}));
  EXPECT_EQ(page["verify"]["line"], "vitis: 0 of 10000 images differ (0 of 100000 values)");
  EXPECT_THAT(page["epochs"], SizeIs(8));
  EXPECT_THAT(page["moments"], SizeIs(7));
  EXPECT_THAT(page["layers"], SizeIs(15));
  EXPECT_THAT(page["tensors"], SizeIs(26));
  EXPECT_EQ(page["data"], "fashion-mnist");
  EXPECT_EQ(page["commands"][1]["command"], "qfx run " + run + "/model.qfx --data fashion-mnist");
  for (const Json& tensor : page["tensors"]) {
    EXPECT_THAT(tensor["history"]["frac_bits"], SizeIs(7));
    if (tensor["name"] == "flatten") continue;
    EXPECT_EQ(tensor["histogram"]["from"], "training");
    // The log and the model tell of the same frozen format.
    EXPECT_EQ(tensor["history"]["frac_bits"][6], tensor["frac_bits"]) << tensor["name"];
  }
}

TEST(PageJson, TellsWhatHardwareTakes) {
  TemporaryDirectory folder;
  const std::string run = (folder.path() / "run").string();
  test::write_synthetic_run(run, {});
  EXPECT_EQ(page_json(run)["hardware"], nullptr);
  const std::string model = run + "/model.qfx";
  Json estimate{{"model", store::seal_of(store::parse_safetensors(read_file(model), model))},
                {"source", "Yosys 0.23"},
                {"clock_ns", 5},
                {"interval_cycles", 100},
                {"images_per_second", 2e6},
                {"engines", {{{"name", "conv1"}, {"luts", 7}, {"dsps", "many"}}}},
                {"rest", {{"luts", 1}}},
                {"total", {{"luts", 8}}}};
  const auto told = [&] {
    std::ofstream(run + "/estimate.json") << estimate;
    return page_json(run);
  };
  const Json hardware = told()["hardware"];
  EXPECT_EQ(hardware["source"], "Yosys 0.23");
  EXPECT_EQ(hardware["engines"][0]["name"], "conv1");
  EXPECT_EQ(hardware["engines"][0]["luts"], 7);
  EXPECT_EQ(hardware["engines"][0]["dsps"], nullptr);
  EXPECT_EQ(hardware["total"]["luts"], 8);
  EXPECT_EQ(hardware["error"], nullptr);
  EXPECT_EQ(hardware["clock_source"], nullptr);
  EXPECT_EQ(hardware["ecp5_mhz"], nullptr);
  estimate["clock_check"] = {{"source", "nextpnr-ecp5 9"}, {"ecp5_mhz", 120.5}};
  estimate["engines"][0]["ecp5_mhz"] = 120.5;
  const Json clocked = told()["hardware"];
  EXPECT_EQ(clocked["clock_source"], "nextpnr-ecp5 9");
  EXPECT_EQ(clocked["ecp5_mhz"], 120.5);
  EXPECT_EQ(clocked["engines"][0]["ecp5_mhz"], 120.5);
  estimate["error"]["luts"] = {{"median", 0.1}, {"ninetieth", 0.3}};
  EXPECT_EQ(told()["hardware"]["error"]["ninetieth"], 0.3);
  // What the command found itself is for a folder that has none.
  Json other = estimate;
  other["source"] = "cost table";
  EXPECT_EQ(page_json(run, {}, other.dump())["hardware"]["source"], "Yosys 0.23");
  std::filesystem::remove(run + "/estimate.json");
  EXPECT_EQ(page_json(run, {}, other.dump())["hardware"]["source"], "cost table");
  EXPECT_EQ(page_json(run, {}, "no JSON")["hardware"], nullptr);
  estimate["engines"] = "none";
  EXPECT_EQ(told()["hardware"], nullptr);
  estimate["model"] = "00000000";
  const Json stale = told();
  EXPECT_EQ(stale["hardware"], nullptr);
  EXPECT_THAT(stale["notes"].dump(), HasSubstr("run qfx estimate again"));
}

// A verify.json tells which model it is about, and of which images.
TEST(PageJson, TellsWhatWasVerified) {
  TemporaryDirectory folder;
  const std::string run = (folder.path() / "run").string();
  test::write_synthetic_run(run, {});
  const Json written = Json::parse(read_file(run + "/verify.json"));
  const auto page_with = [&](const Json& more) {
    Json verify = written;
    verify.update(more);
    std::ofstream(run + "/verify.json") << verify;
    return page_json(run);
  };
  const std::string model = run + "/model.qfx";
  const std::string seal = store::seal_of(store::parse_safetensors(read_file(model), model));
  ASSERT_EQ(seal.size(), 8u);
  const Json own = page_with({{"model", seal}, {"data", "fashion-mnist"}, {"limit", 0}});
  EXPECT_EQ(own["verify"]["comparable"], true);
  EXPECT_EQ(own["notes"], Json::array());
  EXPECT_EQ(page_with({{"data", "npy:other"}})["verify"]["comparable"], false);
  EXPECT_EQ(page_with({{"images", 20}, {"limit", 20}})["verify"]["comparable"], false);
  const Json stale = page_with({{"model", "00000000"}});
  EXPECT_EQ(stale["verify"], nullptr);
  EXPECT_EQ(stale["accuracy"]["hls"], nullptr);
  EXPECT_EQ(stale["notes"],
            Json::array({"verify.json is about another model.qfx than this one; run qfx verify "
                         "again"}));
}

TEST(PageJson, OfSeveralTargetsTheOneThatDiffersIsShown) {
  TemporaryDirectory folder;
  test::write_synthetic_run(folder.path(), {});
  const Json equal = {{"images_differ", 0}, {"values_differ", 0}, {"accuracy", 0.9143}};
  Json vitis = equal, catapult = equal;
  vitis["target"] = "vitis";
  catapult["target"] = "catapult";
  const auto shown = [&] {
    const Json verify = {{"images", 10000},
                         {"values", 100000},
                         {"runtime_accuracy", 0.9143},
                         {"targets", {vitis, catapult}}};
    std::ofstream(folder.path() / "verify.json") << verify;
    return page_json(folder.path().string());
  };
  EXPECT_EQ(shown()["verify"]["target"], "vitis");
  EXPECT_EQ(shown()["verify"]["targets"], Json({"vitis", "catapult"}));
  catapult["values_differ"] = 1;
  catapult["accuracy"] = 0.9142;
  EXPECT_EQ(shown()["verify"]["target"], "catapult");
  EXPECT_EQ(shown()["accuracy"]["hls"], 0.9142);
}

TEST(PageJson, WithoutVerifyTheIntegersThatJustRanAreShown) {
  TemporaryDirectory folder;
  const std::string run = (folder.path() / "run").string();
  test::write_synthetic_run(run, {});
  std::filesystem::remove(run + "/verify.json");
  Answers answers;
  answers.measures = R"({"samples": 10000, "headline": {"value": 0.9143}})";
  EXPECT_EQ(page_json(run, answers)["accuracy"]["integer"], 0.9143);
  answers.measures = R"({"samples": 9999, "headline": {"value": 0.9143}})";
  EXPECT_EQ(page_json(run, answers)["accuracy"]["integer"], nullptr)
      << "of other samples than training's";
}

TEST(PageJson, EveryPartMayBeMissing) {
  for (const char* only :
       {"recipe.toml", "log.jsonl", "summary.json", "verify.json", "model.qfx"}) {
    TemporaryDirectory folder;
    test::write_synthetic_run(folder.path() / "all", {});
    std::filesystem::create_directory(folder.path() / "one");
    std::filesystem::copy_file(folder.path() / "all" / only, folder.path() / "one" / only);
    const Json page = page_json((folder.path() / "one").string());
    EXPECT_EQ(page["notes"], Json::array()) << only;
    EXPECT_FALSE(page["name"].get<std::string>().empty());
  }
}

TEST(PageJson, ARunThatGoesOnTakesItsAccuraciesFromTheLog) {
  TemporaryDirectory folder;
  test::write_synthetic_run(folder.path(), {});
  for (const char* later : {"summary.json", "verify.json", "model.qfx"})
    std::filesystem::remove(folder.path() / later);
  std::ofstream(folder.path() / "log.jsonl", std::ios::app) << R"({"event":"epoch","pha)";
  const Json page = page_json(folder.path().string());
  EXPECT_EQ(page["accuracy"]["float"], 0.9162);
  EXPECT_EQ(page["accuracy"]["ptq"], 0.8871);
  EXPECT_EQ(page["accuracy"]["integer"], nullptr);
  EXPECT_THAT(page["notes"][0].get<std::string>(), HasSubstr("half written"));
  EXPECT_THAT(page["tensors"], SizeIs(25)) << "from the log alone";
}

TEST(PageJson, ADotInANodesNameMakesNoParameterOfIt) {
  TemporaryDirectory folder;
  std::ofstream(folder.path() / "log.jsonl")
      << R"({"event":"frozen","formats":{"b.conv":{"frac_bits":[3]},"b.conv.weight":{"frac_bits":[7]},"b.prelu.slope":{"frac_bits":[5]},"scale":{"frac_bits":[1]}}})"
      << '\n';
  const Json tensors = page_json(folder.path().string())["tensors"];
  ASSERT_THAT(tensors, SizeIs(4));
  EXPECT_EQ(tensors[0]["role"], "activation");
  EXPECT_EQ(tensors[1]["role"], "weight");
  EXPECT_EQ(tensors[2]["role"], "slope");
  EXPECT_EQ(tensors[3]["role"], "activation") << "a node that is called scale";
}

TEST(PageJson, ADamagedPartIsNotedAndTheRestShown) {
  TemporaryDirectory folder;
  test::write_synthetic_run(folder.path(), {});
  std::ofstream(folder.path() / "model.qfx") << "damaged";
  std::ofstream(folder.path() / "verify.json") << "{";
  const Json page = page_json(folder.path().string());
  EXPECT_THAT(page["notes"], SizeIs(2));
  EXPECT_EQ(page["model"], nullptr);
  EXPECT_EQ(page["verify"], nullptr);
  EXPECT_EQ(page["accuracy"]["fixed"], 0.9143);
}

TEST(PageJson, TellsAModelAlone) {
  TemporaryDirectory folder;
  const std::string path = (folder.path() / "m.qfx").string();
  graph::save(test::synthetic_model({}), path);
  const Json page = page_json(path);
  EXPECT_EQ(page["kind"], "model");
  EXPECT_EQ(page["model"]["nodes"], 15);
  EXPECT_EQ(page["epochs"], Json::array());
  int histograms = 0;
  for (const Json& tensor : page["tensors"]) histograms += !tensor["histogram"].is_null();
  EXPECT_EQ(histograms, 11) << "one a parameter";
  EXPECT_THAT(page["commands"][0]["command"].get<std::string>(), StartsWith("qfx run " + path));
}

}  // namespace
}  // namespace qfx::report
