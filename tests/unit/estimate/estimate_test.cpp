#include "qfx/estimate/estimate.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "estimate/cache.h"
#include "estimate/cells.h"
#include "estimate/groups.h"
#include "estimates.h"
#include "support/user_error.h"

#include "qfx/backends/engine_modules.h"
#include "qfx/base/file.h"
#include "qfx/circuit/circuit.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/file.h"
#include "qfx/store/safetensors.h"

namespace qfx::estimate {
namespace {

namespace fs = std::filesystem;
using test::user_error_of;
using testing::HasSubstr;

TEST(Cells, AreCountedThroughTheHierarchy) {
  const std::string stat = R"({"modules": {
    "\\top": {"num_cells_by_type": {"e": 2, "LUT2": 1, "FDRE": 3, "CARRY4": 9}},
    "\\e": {"num_cells_by_type": {"$paramod\\add\\W=8": 3, "DSP48E2": 1, "RAMB36E2": 1, "INV": 1}},
    "$paramod\\add\\W=8": {"num_cells_by_type": {"LUT2": 8, "SRLC32E": 1, "RAM64M8": 1}},
    "\\other": {"num_cells_by_type": {"LUT6": 1000}}},
       $paramod\add\W=8      3
         e      2
    "design": {"num_cells": 1}})";  // as Yosys 0.23 writes it
  EXPECT_EQ(resources_of_module(stat, "e"), (Resources{24, 27, 0, 1, 2, 0}));
  EXPECT_EQ(resources_of_module(stat, "top"), (Resources{49, 54, 3, 2, 4, 0}));
  EXPECT_EQ(resources_of_module(stat, "top", Cells::Memories), (Resources{0, 48, 0, 0, 4, 0}));
  EXPECT_EQ(resources_of_module(stat, "top", Cells::Others), (Resources{49, 6, 3, 2, 0, 0}));
  const std::string unmapped = R"({"modules": {"\\e": {"num_cells_by_type": {"$add": 2, "sum": 3}},
    "\\sum": {"num_cells_by_type": {"$sub": 1, "$lt": 7}}}})";
  EXPECT_EQ(resources_of_module(unmapped, "e"), (Resources{.adders = 5}));
  EXPECT_THAT(user_error_of([&] { resources_of_module(stat, "absent"); }), HasSubstr("absent"));
  EXPECT_THAT(user_error_of([] { resources_of_module("{", "e"); }), HasSubstr("cannot be read"));
}

// What multiplies and what does not are mapped in different ways, the top alone.
TEST(Groups, AreOfOneKindAndBalanced) {
  const auto unit = [](double weight, bool multiplies) {
    return Unit{.module = {}, .wrapper = {}, .weight = weight, .multiplies = multiplies};
  };
  std::vector<Unit> units;
  for (int i = 0; i < 40; ++i) units.push_back(unit(100.0 + 50 * i, i % 3 == 0));
  units.push_back(unit(50000, false));
  units.push_back({.module = "top", .wrapper = {}, .is_top = true, .weight = 300});
  const std::vector<Group> groups = groups_of(units, 2);
  EXPECT_GE(groups.size(), 4u);
  EXPECT_LT(groups.size(), 25u);
  std::vector<std::size_t> seen;
  for (const Group& group : groups) {
    double weight = 0;
    for (const std::size_t i : group.units) {
      seen.push_back(i);
      weight += units[i].weight;
      EXPECT_EQ(units[i].multiplies, group.multiplies);
      EXPECT_TRUE(!units[i].is_top || group.units.size() == 1);
    }
    EXPECT_DOUBLE_EQ(weight, group.weight);
    EXPECT_TRUE(weight <= 4000 || group.units.size() == 1) << weight;
  }
  EXPECT_TRUE(std::ranges::is_sorted(groups, std::greater(), &Group::weight));
  std::ranges::sort(seen);
  ASSERT_EQ(seen.size(), units.size());
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i);
}

TEST(Cache, FindsWhatItKept) {
  const TemporaryDirectory folder;
  const Cache cache((folder.path() / "deep/er").string());
  const std::string key = Cache::key_of({"a", "b"});
  EXPECT_EQ(key.size(), 40u);
  EXPECT_NE(key, Cache::key_of({"ab", ""}));
  EXPECT_NE(key, Cache::key_of({"a", "b", ""}));
  EXPECT_FALSE(cache.find(key));
  const Resources resources{1, 2, 3, 4, 5, 6, 7};
  cache.keep(key, resources);
  EXPECT_EQ(cache.find(key), resources);
  std::ofstream(folder.path() / "deep/er" / (key + ".json")) << "{";
  EXPECT_FALSE(cache.find(key)) << "a damaged entry is none";
  Cache("").keep(key, resources);
  Cache("/proc/no").keep(key, resources);
}

TEST_F(Estimates, CountEnginesAndKeepThem) {
  const TemporaryDirectory cache;
  Options options{.clock_period_ns = 4, .cache_folder = cache.path().string(), .jobs = 2};
  std::size_t counted = 0;
  options.on_progress = [&](std::size_t done, std::size_t) { counted = done; };
  const Estimate first = estimate(circuit_, "", project_, options);
  EXPECT_GE(counted, 2u);
  EXPECT_LE(counted, circuit_.engines.size() + 1);
  EXPECT_THAT(first.source, testing::StartsWith("Yosys "));
  ASSERT_EQ(first.engines.size(), circuit_.engines.size());
  EXPECT_EQ(first.engines[0].name, circuit_.engines[0].name);
  EXPECT_GT(first.engines[0].resources.dsps, 0);
  EXPECT_EQ(first.engines[0].resources.adders, 0) << "it multiplies and never adds";
  EXPECT_GT(first.total().luts, 0);
  EXPECT_EQ(first.rest.registers, 1);
  EXPECT_EQ(first.rest.dsps, 0) << "the top is counted without its engines";
  EXPECT_DOUBLE_EQ(first.images_per_second(), 250e6 / static_cast<double>(first.cycles.interval));

  // A second time nothing runs: this is no Yosys, but it says that it is.
  const fs::path pretender = cache.path() / "yosys";
  std::ofstream(pretender) << "#!/bin/sh\n[ \"$1\" = -V ] && echo '" << first.source
                           << " (git)' || exit 7\n";
  fs::permissions(pretender, fs::perms::owner_all);
  Options again = options;
  again.yosys = pretender.string();
  const Estimate second = estimate(circuit_, "", project_, again);
  EXPECT_EQ(to_json(second), to_json(first));

  // Another text is another engine.
  for (auto& [path, text] : project_)
    if (path.starts_with("rtl/")) text += "// changed\n";
  EXPECT_THAT(user_error_of([&] { estimate(circuit_, "", project_, again); }),
              HasSubstr("failed (exit code 7)"));
}

// As in the model's own file: whoever has both can tell whether they belong together.
TEST_F(Estimates, NameTheModelByItsChecksum) {
  const TemporaryDirectory work;
  const std::string path = (work.path() / "model.qfx").string();
  graph::save(network_.model(), path);
  EXPECT_EQ(graph::checksum_of(network_.model()),
            store::seal_of(store::parse_safetensors(read_file(path), path)));
}

TEST_F(Estimates, SayWhatIsMissing) {
  EXPECT_THAT(user_error_of([&] {
                estimate(circuit_, "", project_, {.yosys = "no-such-yosys", .cache_folder = ""});
              }),
              HasSubstr("install the package yosys"));
}

TEST_F(Estimates, AreToldToPeopleAndPrograms) {
  Estimate told{.model = "a \"name\"\n\xff",
                .checksum = "12345678",
                .source = "Yosys 0.23",
                .clock_period_ns = 5,
                .engines = {{"conv1", "m__conv1", {1234, 8, 900, 2, 3, 0, 17}, "sums", 5000, 6},
                            {"dense", "m__dense", {10, 0, 20, 0, 1, 0, 2}, "sums", 70, 1}},
                .rest = {100, 16, 50, 0, 0, 0},
                .cycles = {.latency = 6000, .interval = 5000, .high_water = {}}};
  EXPECT_EQ(told.total(), (Resources{1344, 24, 970, 2, 4, 0, 19}));
  const std::string text = to_text(told);
  EXPECT_THAT(text, HasSubstr("conv1            1,234           8  900"));
  EXPECT_THAT(text, HasSubstr("Yosys 0.23, no figure of Vivado's"));
  EXPECT_THAT(text, HasSubstr("40,000 images a second"));
  EXPECT_THAT(text, HasSubstr("  adders"));
  const nlohmann::json json = nlohmann::json::parse(to_json(told));
  EXPECT_EQ(json.at("total").at("luts"), 1344);
  EXPECT_EQ(json.at("engines").at(0).at("adders"), 17);
  EXPECT_EQ(json.at("engines").at(0).at("multipliers"), 6);
  EXPECT_EQ(json.at("engines").at(0).at("kind"), "sums");
  EXPECT_EQ(json.at("total").at("multipliers"), 7);
  EXPECT_FALSE(json.contains("error"));
  EXPECT_EQ(json.at("interval_cycles"), 5000);
  EXPECT_EQ(json.at("model"), "12345678");

  told.source = "cost table";
  told.error = circuit::TableErrors{.engines = 40,
                                    .luts = {0.08, 0.21},
                                    .memory_luts = {0, 0.1},
                                    .registers = {0.05, 0.15},
                                    .dsps = {0, 0},
                                    .brams = {0, 0.5}};
  EXPECT_THAT(to_text(told), testing::Not(HasSubstr("  adders")));
  EXPECT_THAT(to_text(told), HasSubstr("only Yosys counts"));
  EXPECT_TRUE(nlohmann::json::parse(to_json(told)).at("total").at("adders").is_null());
  EXPECT_THAT(to_text(told), HasSubstr("on 40 engines that it was not fitted to"));
  EXPECT_THAT(to_text(told), HasSubstr("LUT 8 and 21 %, LUT memory 0 and 10 %, FF 5 and 15 %"));
  EXPECT_EQ(nlohmann::json::parse(to_json(told)).at("error").at("luts").at("ninetieth"), 0.21);
}

}  // namespace
}  // namespace qfx::estimate
