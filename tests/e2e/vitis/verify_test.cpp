// verify_export finds nothing where nothing is, and everything else.
#include "qfx/verify/verify.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>

#include "support/networks.h"
#include "support/paths.h"
#include "support/random_numbers.h"
#include "support/user_error.h"

#include "qfx/backends/project.h"
#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/graph/builder.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/evaluate.h"
#include "qfx/runtime/quantize_input.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;
using test::user_error_of;
using testing::AllOf;
using testing::HasSubstr;

graph::FrozenModel model() {
  return test::all_kinds()[0];
}

data::Dataset samples(const graph::FrozenModel& model, std::int64_t count) {
  const std::int64_t classes = graph::element_count(model.nodes.back().shape);
  data::Dataset set{.name = "random",
                    .sample_shape = model.input().shape,
                    .bytes = {},
                    .floats = {},
                    .labels = {},
                    .class_count = static_cast<int>(classes)};
  for (std::int32_t raw : test::random_inputs(model, 11, count))
    set.floats.push_back(static_cast<float>(raw) / 16);
  for (std::int64_t i = 0; i < count; ++i)
    set.labels.push_back(static_cast<std::int32_t>(i % classes));
  return set;
}

Result verify_vitis(const graph::FrozenModel& model, const data::Dataset& set,
                    const Options& options) {
  const runtime::Engine engine(model);
  return verify_export(backends::target_named("vitis"), engine, set,
                       runtime::evaluate(engine, set).outputs, options);
}

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Environment() { ::unsetenv(name_); }

 private:
  const char* name_;
};

TEST(VerifyExport, FindsNoDifference) {
  const graph::FrozenModel network = model();
  std::vector<std::int64_t> progress;
  Options options;
  options.jobs = 2;
  options.progress = [&](std::int64_t done, std::int64_t) { progress.push_back(done); };
  const data::Dataset set = samples(network, 501);
  const Result result = verify_vitis(network, set, options);
  EXPECT_EQ(summary(result), "vitis: 0 of 501 images differ (0 of 2505 values)");
  EXPECT_FALSE(result.first);
  EXPECT_EQ(result.measures->sums(),
            runtime::evaluate(runtime::Engine(network), set).measures.sums());
  EXPECT_EQ(progress.front(), 0);
  EXPECT_EQ(progress.back(), 501);
  EXPECT_GE(progress.size(), 5U) << "before the build, before the run, and a few images first";
  EXPECT_TRUE(std::ranges::is_sorted(progress));
  EXPECT_THAT(result.command, HasSubstr("g++ -std=c++14 -O2"));
}

// Flips one bit of the first constant of a table in the project.
void flip_bit(const fs::path& header, const std::string& table) {
  std::string text = read_file(header);
  const std::size_t begin = text.find("0x", text.find(table + "["));
  ASSERT_NE(begin, std::string::npos);
  std::size_t end = begin + 2;
  while (std::isxdigit(static_cast<unsigned char>(text[end]))) ++end;
  const long value = std::stol(text.substr(begin, end - begin), nullptr, 16);
  text.replace(begin, end - begin, fmt::format("{:#x}", value ^ 4));
  std::ofstream(header) << text;
}

// Nothing saturates and nothing is cut, so that a change reaches the output.
graph::FrozenModel transparent() {
  graph::Builder b("transparent");
  graph::NodeId x = b.input({1, 4, 4});
  x = b.conv2d(x, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}}, "conv; 1");
  b.linear(b.flatten(x), {.out_features = 3});
  return test::with_random_numbers(b.finish(), {.adjust = [](graph::FrozenNode& node) {
                                     if (node.name != "input")
                                       node.format = {26, 12, node.format.is_signed};
                                   }});
}

TEST(VerifyExport, MeasuresByTheModelsTask) {
  graph::FrozenModel network = transparent();
  network.task.loss = graph::Loss::Mse;
  data::Dataset set = samples(network, 7);
  set.labels.clear();
  const Result unlabelled = verify_vitis(network, set, {});
  EXPECT_EQ(summary(unlabelled), "vitis: 0 of 7 images differ (0 of 21 values)");
  EXPECT_EQ(unlabelled.measures->samples(), 0);
  set.target_size = 3;
  set.targets.assign(21, 0.25F);
  const Result result = verify_vitis(network, set, {});
  EXPECT_EQ(result.measures->samples(), 7);
  EXPECT_EQ(result.measures->sums(),
            runtime::evaluate(runtime::Engine(network), set).measures.sums());
}

TEST(VerifyExport, NamesTheLayerWhoseWeightWasChanged) {
  const graph::FrozenModel network = transparent();
  const TemporaryDirectory work;
  Options options;
  options.project = (work.path() / "project").string();
  backends::export_project(backends::target_named("vitis"), graph::Analyzed(network),
                           options.project, {});
  flip_bit(work.path() / "project/firmware/params/conv_1.h", "conv_1_weight");

  const data::Dataset set = samples(network, 20);
  const Result result = verify_vitis(network, set, options);
  EXPECT_GT(result.images_differ, 0);
  EXPECT_GE(result.values_differ, result.images_differ);
  ASSERT_TRUE(result.first);
  EXPECT_EQ(result.first->layer, "conv; 1");
  EXPECT_THAT(describe(*result.first), HasSubstr("layer conv; 1, image"));

  // The expected value is the runtime's, at the index that is named.
  std::vector<float> sample(static_cast<std::size_t>(set.sample_size()));
  std::vector<std::int32_t> raw(sample.size());
  set.copy_samples(result.first->image, 1, sample.data());
  runtime::quantize_input(network.input(), sample, raw);
  const std::vector<std::int64_t>& index = result.first->index;
  ASSERT_EQ(index.size(), 3u);
  EXPECT_EQ(index[0], 0) << "the first weight belongs to the first output channel";
  const runtime::RawTensor layer = runtime::Engine(network).run_all(raw, 1)[1];
  EXPECT_EQ(result.first->expected, layer[(index[0] * 4 + index[1]) * 4 + index[2]]);
  EXPECT_NE(result.first->actual, result.first->expected);
}

TEST(VerifyExport, RefusesAProjectOfAnotherModel) {
  const TemporaryDirectory work;
  Options options;
  options.project = (work.path() / "project").string();
  backends::export_project(backends::target_named("vitis"), graph::Analyzed(test::all_kinds()[3]),
                           options.project, {});
  const graph::FrozenModel network = model();
  EXPECT_THAT(user_error_of([&] { verify_vitis(network, samples(network, 1), options); }),
              HasSubstr("was exported from another model"));
  const fs::path marker = fs::path(options.project) / backends::kMarkerFile;
  std::string text = read_file(marker);
  text.replace(text.find("vitis"), 5, "other");
  std::ofstream(marker) << text;
  EXPECT_THAT(user_error_of([&] { verify_vitis(network, samples(network, 1), options); }),
              HasSubstr("was exported for the target 'other', not for 'vitis'"));
  options.project = work.path().string();
  EXPECT_THAT(user_error_of([&] { verify_vitis(network, samples(network, 1), options); }),
              HasSubstr("is not an exported project"));
}

TEST(VerifyExport, NamesTheObstacleToATarget) {
  const backends::Target& vitis = backends::target_named("vitis");
  graph::FrozenModel network = model();
  EXPECT_EQ(obstacle(vitis, network), "");
  {
    const Environment headers("QFX_AP_TYPES", "/nowhere");
    EXPECT_THAT(obstacle(vitis, network), HasSubstr("ap_types headers are missing"));
  }
  network.nodes[1].format.rounding = fixed::Rounding::RND_CONV_ODD;
  EXPECT_THAT(obstacle(vitis, network), HasSubstr("RND_CONV_ODD"));
}

TEST(VerifyExport, SaysWhatIsWrongWithTheBuild) {
  const graph::FrozenModel network = model();
  const data::Dataset set = samples(network, 1);
  {
    const Environment compiler("QFX_HLS_CXX", "/no/such/compiler");
    EXPECT_THAT(user_error_of([&] { verify_vitis(network, set, {}); }),
                HasSubstr("/no/such/compiler"));
  }
  {
    const Environment headers("QFX_AP_TYPES", "/nowhere");
    EXPECT_THAT(
        user_error_of([&] { verify_vitis(network, set, {}); }),
        AllOf(HasSubstr("no ap_fixed.h and hls_stream.h in /nowhere"), HasSubstr("QFX_AP_TYPES")));
  }
  const TemporaryDirectory work;
  {
    // As g++ says it where the system has ended what it called.
    const std::string killed = (work.path() / "killed").string();
    std::ofstream(killed) << "#!/bin/sh\necho 'g++: fatal error: Killed signal terminated program "
                             "cc1plus'\nexit 1\n";
    fs::permissions(killed, fs::perms::owner_all);
    const Environment compiler("QFX_HLS_CXX", killed.c_str());
    EXPECT_THAT(user_error_of([&] { verify_vitis(network, set, {}); }),
                AllOf(HasSubstr("memory is out"), HasSubstr("330 bytes a weight")));
  }
  Options options;
  options.project = (work.path() / "project").string();
  backends::export_project(backends::target_named("vitis"), graph::Analyzed(network),
                           options.project, {});
  std::ofstream(work.path() / "project/firmware/types.h") << "#error broken\n";
  EXPECT_THAT(
      user_error_of([&] { verify_vitis(network, set, options); }),
      AllOf(HasSubstr("does not compile"), HasSubstr("#error broken"), HasSubstr("types.h:1")));
}

TEST(VerifyExport, RefusesASetOfAnotherShape) {
  const graph::FrozenModel network = model();
  EXPECT_THAT(user_error_of([&] {
                verify_export(backends::target_named("vitis"), runtime::Engine(network),
                              samples(test::all_kinds()[3], 1), {}, {});
              }),
              HasSubstr("has 297 values, the model 'residual' takes 112"));
}

TEST(TestBench, PassesOnItsGoldenVectorsAndFailsOnOthers) {
  const graph::FrozenModel network = model();
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project";
  const std::vector<std::int32_t> inputs = test::random_inputs(network, 2, 3);
  std::vector<std::int32_t> outputs = runtime::Engine(network).run(inputs, 3);
  const std::vector<std::string> make{"make",
                                      "-s",
                                      "-C",
                                      project.string(),
                                      "AP_TYPES=" + test::vendor_headers("ap_types"),
                                      "CXXFLAGS=-O0 -Werror",
                                      "test"};
  backends::export_project(backends::target_named("vitis"), graph::Analyzed(network),
                           project.string(), {.golden_inputs = inputs, .golden_outputs = outputs});
  const ProcessResult good = run_process(make);
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_THAT(good.output, HasSubstr("PASS: 3 samples, 15 values"));

  outputs[7] += 1;  // sample 1, index 2
  std::ofstream file(project / "tb/data/golden_outputs.txt");
  for (std::int32_t value : outputs) file << value << '\n';
  file.close();
  const ProcessResult bad =
      run_process({(project / "test_bench").string(), (project / "tb/data").string()});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.output, HasSubstr(fmt::format("FAIL: sample 1, linear_1, index [2]: expected {}, got {}",
                                                outputs[7], outputs[7] - 1)));
  std::ofstream(project / "tb/data/golden_inputs.txt").close();
  EXPECT_EQ(
      run_process({(project / "test_bench").string(), (project / "tb/data").string()}).exit_code,
      1);
}

}  // namespace
}  // namespace qfx::verify
