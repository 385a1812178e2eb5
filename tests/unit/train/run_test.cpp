// Whole runs in a folder: files, same seed same bits, resuming, errors.
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tiny_run.h"
#include "train/network/network.h"

#include "qfx/graph/file.h"
#include "qfx/graph/freeze.h"
#include "qfx/train/trace.h"

namespace qfx::train {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Json = nlohmann::json;

class RunTest : public ::testing::Test {
 protected:
  frontends::Recipe recipe() const { return tiny_recipe(data_); }
  std::string folder(const std::string& name) const { return (directory_.path() / name).string(); }
  std::string model(const std::string& name) const {
    return read_file(directory_.path() / name / "model.qfx");
  }

  std::vector<Json> log(const std::string& name) const {
    std::ifstream stream(directory_.path() / name / "log.jsonl");
    std::vector<Json> events;
    for (std::string line; std::getline(stream, line);) events.push_back(Json::parse(line));
    return events;
  }

  // Stops after `steps` steps, then resumes to the end.
  Summary interrupted(const frontends::Recipe& recipe, const std::string& name, int steps) {
    int done = 0;
    EXPECT_THROW(
        train(recipe, {.run_folder = folder(name), .should_stop = [&] { return ++done == steps; }}),
        Stopped);
    return train(recipe, {.run_folder = folder(name), .resume = true});
  }

  TemporaryDirectory directory_;
  std::string data_ = test::write_tiny_data(directory_.path() / "data");
};

TEST_F(RunTest, LeavesWhatTheRunFolderPromises) {
  frontends::Recipe r = recipe();
  r.float_phase.epochs = 12;
  r.fixed_phase.epochs = 4;
  std::vector<std::string> phases, lines;
  const Summary summary =
      train(r, {.run_folder = folder("a"),
                .progress =
                    [&](const Progress& p) {
                      phases.push_back(p.phase);
                      EXPECT_LE(p.step, p.steps);
                    },
                .message = [&](const std::string& line) { lines.push_back(line); }});
  EXPECT_GE(*summary.float_accuracy, 0.75);
  EXPECT_GE(*summary.fixed_accuracy, 0.75);
  EXPECT_THAT(phases, ::testing::Contains("fixed"));
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("fixed epoch 4")));
  for (const char* file : {"recipe.toml", "checkpoint/latest.safetensors", "float.safetensors",
                           "log.jsonl", "summary.json", "model.qfx"}) {
    EXPECT_TRUE(std::filesystem::exists(directory_.path() / "a" / file)) << file;
  }
  std::map<std::string, int> events;
  for (const Json& event : log("a")) {
    ++events[event.at("event")];
    EXPECT_TRUE(event.contains("time"));
    if (event.at("event") != "epoch") continue;
    EXPECT_GE(event.at("seconds_waited"), 0.0);
    EXPECT_LT(event.at("seconds_waited"), event.at("seconds"));
  }
  EXPECT_EQ(events["start"], 1);
  EXPECT_EQ(events["carriers"], 1);
  EXPECT_EQ(events["calibrated"], 1);
  EXPECT_EQ(events["epoch"], 16);
  EXPECT_EQ(events["frozen"], 1);
  EXPECT_EQ(events["histogram"], 11 + 9) << "nodes but the flatten, and parameters";
  for (const Json& event : log("a")) {
    if (event.at("event") == "calibrated") {
      EXPECT_EQ(event.at("images"), 32);
    }
    if (event.at("event") == "frozen") {
      EXPECT_TRUE(event.at("zeros").contains("conv1.weight"));
    }
    if (event.at("event") == "histogram" && event.at("tensor") == "conv1.weight") {
      EXPECT_EQ(event.at("points"), 4) << "each channel is judged by its own range";
    }
  }
  EXPECT_THAT(phases, ::testing::Contains("calibrate"));
  const Json summary_file = Json::parse(read_file(directory_.path() / "a" / "summary.json"));
  EXPECT_EQ(summary_file.at("fixed_accuracy"), *summary.fixed_accuracy);

  for (const Json& event : log("a")) {
    if (event.at("event") != "epoch" || event.at("phase") != "fixed") continue;
    EXPECT_EQ(event.at("formats").at("conv1.weight").at("f").size(), 4U) << "one point per channel";
    EXPECT_TRUE(event.at("overflows").contains("relu2"));
    EXPECT_TRUE(event.at("zeros").contains("conv1.weight"));
    EXPECT_LT(event.at("zeros").at("conv1.weight"), 0.5);
    EXPECT_TRUE(event.at("changes").contains("bn1.scale"));
  }
  const graph::FrozenModel frozen = graph::load_frozen(folder("a") + "/model.qfx");
  EXPECT_EQ(graph::freeze(load_checkpoint_model(folder("a"))), frozen);
}

TEST_F(RunTest, SameSeedSameBits) {
  frontends::Recipe r = recipe();
  r.threads = 2;
  train(r, {.run_folder = folder("a")});
  train(r, {.run_folder = folder("b")});
  EXPECT_EQ(model("a"), model("b"));
  r.seed = 8;
  train(r, {.run_folder = folder("c")});
  EXPECT_NE(model("a"), model("c"));
}

TEST_F(RunTest, ResumingGivesTheBitsOfAnUnbrokenRun) {
  // 4 steps an epoch: in the float phase, in the middle of a fixed epoch, at an epoch's end.
  const Summary whole = train(recipe(), {.run_folder = folder("whole")});
  for (const int steps : {3, 8, 11, 12}) {
    const std::string name = "stopped" + std::to_string(steps);
    const Summary summary = interrupted(recipe(), name, steps);
    EXPECT_EQ(model("whole"), model(name)) << steps;
    EXPECT_EQ(summary.float_accuracy, whole.float_accuracy);
    EXPECT_EQ(summary.ptq_accuracy, whole.ptq_accuracy);
    EXPECT_EQ(summary.fixed_accuracy, whole.fixed_accuracy);
    std::vector<double> losses, expected;
    for (const Json& event : log(name)) {
      if (event.at("event") == "epoch") losses.push_back(event.at("train_loss"));
    }
    for (const Json& event : log("whole")) {
      if (event.at("event") == "epoch") expected.push_back(event.at("train_loss"));
    }
    EXPECT_EQ(losses, expected) << "every epoch is logged once, over all its steps";
  }
}

TEST_F(RunTest, AThresholdIsLearnedResumedAndFrozenLikeAPoint) {
  frontends::Recipe r = recipe();
  for (graph::Node& node : r.model.nodes) {
    node.spec.point_form = graph::PointForm::Log2Threshold;
    for (auto& [name, param] : node.params) param.spec.point_form = graph::PointForm::Log2Threshold;
  }
  train(r, {.run_folder = folder("whole")});
  interrupted(r, "stopped", 11);
  EXPECT_EQ(model("whole"), model("stopped"));
  const graph::FrozenModel frozen = graph::load_frozen(folder("whole") + "/model.qfx");
  EXPECT_EQ(graph::freeze(load_checkpoint_model(folder("whole"))), frozen);
  for (const Json& event : log("whole")) {
    if (!event.contains("formats")) continue;
    const Json& gap = event.at("formats").at("gap");
    const double log2_t = gap.at("log2_t")[0], f = gap.at("f")[0];
    const double magnitude_bits = gap.at("format").get<std::string>()[0] == 'u' ? 8 : 7;
    EXPECT_NEAR(log2_t, magnitude_bits - f, 1e-6);
    EXPECT_EQ(gap.at("frac_bits")[0], magnitude_bits - std::ceil(log2_t));
  }
  // From the middle of its integer either form takes the same steps.
  train(recipe(), {.run_folder = folder("points")});
  const graph::FrozenModel points = graph::load_frozen(folder("points") + "/model.qfx");
  for (std::size_t i = 0; i < points.nodes.size(); ++i)
    EXPECT_EQ(points.nodes[i].format, frozen.nodes[i].format) << points.nodes[i].name;
}

TEST_F(RunTest, ALogWrittenAfterTheCheckpointIsDropped) {
  frontends::Recipe r = recipe();
  int done = 0;
  EXPECT_THROW(train(r, {.run_folder = folder("a"), .should_stop = [&] { return ++done == 6; }}),
               Stopped);
  std::ofstream(directory_.path() / "a" / "log.jsonl", std::ios::app) << "{\"event\":\"epo";
  train(r, {.run_folder = folder("a"), .resume = true});
  EXPECT_EQ(log("a").back().at("event"), "frozen") << "every line parses";
}

TEST_F(RunTest, AdamFoldingAndPtqRun) {
  frontends::Recipe r = recipe();
  r.fold_batch_norm = true;
  r.float_phase.optimizer.kind = frontends::OptimizerKind::Adam;
  r.float_phase.optimizer.learning_rate = 0.01;
  const Summary summary = ptq(r, {.run_folder = folder("a")});
  EXPECT_TRUE(summary.ptq_accuracy.has_value());
  EXPECT_FALSE(summary.fixed_accuracy.has_value());
  const graph::FrozenModel frozen = graph::load_frozen(folder("a") + "/model.qfx");
  EXPECT_EQ(frozen.nodes.size(), r.model.nodes.size() - 2) << "both batch_norms are folded";
  EXPECT_EQ(graph::freeze(load_checkpoint_model(folder("a"))), frozen);
}

TEST_F(RunTest, StartsFromAnotherRunsFloatParameters) {
  const Summary first = train(recipe(), {.run_folder = folder("a")});
  frontends::Recipe r = recipe();
  r.start = folder("a");
  const Summary second = train(r, {.run_folder = folder("b")});
  EXPECT_EQ(second.float_accuracy, first.float_accuracy);
  EXPECT_EQ(second.float_seconds, 0);
  EXPECT_EQ(model("a"), model("b"));
}

TEST_F(RunTest, TheUsersFaultsAreNamed) {
  frontends::Recipe r = recipe();
  train(r, {.run_folder = folder("a")});
  EXPECT_THAT([&] { train(r, {.run_folder = folder("a")}); },
              ThrowsMessage<UserError>(HasSubstr("already holds a run")));
  r.text = "seed = 9\n";
  EXPECT_THAT([&] { train(r, {.run_folder = folder("a"), .resume = true}); },
              ThrowsMessage<UserError>(HasSubstr("another recipe")));
  r.float_phase.optimizer.learning_rate = 1e30;
  EXPECT_THAT([&] { train(r, {.run_folder = folder("b")}); },
              ThrowsMessage<UserError>(HasSubstr("lower float.learning_rate")));
  r.float_phase.optimizer.learning_rate = 0.1;
  std::get<graph::Input>(r.model.nodes[0].op).preprocess.divisor = 1e-300;
  EXPECT_THAT([&] { train(r, {.run_folder = folder("b2")}); },
              ThrowsMessage<UserError>(::testing::AllOf(
                  HasSubstr("which is inf after data.normalize"), HasSubstr("divisor 1e-300"))));
  EXPECT_FALSE(std::filesystem::exists(folder("b2"))) << "nothing has begun";
  std::get<graph::Input>(r.model.nodes[0].op).preprocess.divisor = 1e-36;
  EXPECT_THAT([&] { train(r, {.run_folder = folder("b3")}); },
              ThrowsMessage<UserError>(::testing::ContainsRegex("here they reach 2.*e\\+38")));
  EXPECT_THAT([&] { load_checkpoint_model(folder("nowhere")); },
              ThrowsMessage<UserError>(HasSubstr("no checkpoint")));
}

TEST_F(RunTest, ARunToStartFromIsLookedAtFirst) {
  frontends::Recipe r = recipe();
  r.start = folder("nowhere");
  EXPECT_THAT([&] { train(r, {.run_folder = folder("a")}); },
              ThrowsMessage<UserError>(::testing::AllOf(
                  HasSubstr("start = \"" + folder("nowhere") + "\""),
                  HasSubstr("no float.safetensors"), HasSubstr("leave start out"))));
  EXPECT_FALSE(std::filesystem::exists(folder("a"))) << "nothing has begun";
  train(recipe(), {.run_folder = folder("other")});
  graph::Builder builder("another", 7);
  builder.linear(builder.flatten(builder.input({1, 8, 8}, {.divisor = 255})), {.out_features = 4});
  r.model = builder.finish();
  r.start = folder("other");
  EXPECT_THAT([&] { train(r, {.run_folder = folder("a")}); },
              ThrowsMessage<UserError>(HasSubstr("it is of another network")));
  EXPECT_FALSE(std::filesystem::exists(folder("a")));
}

// A run that kept nothing stands in nobody's way.
TEST_F(RunTest, AFolderWithoutACheckpointTakesAnotherRecipe) {
  frontends::Recipe r = recipe();
  r.text = "# too fast\n";
  r.float_phase.optimizer.learning_rate = 1e30;
  EXPECT_THAT([&] { train(r, {.run_folder = folder("a")}); },
              ThrowsMessage<UserError>(HasSubstr("Nothing was kept yet")));
  train(recipe(), {.run_folder = folder("a")});
  train(recipe(), {.run_folder = folder("b")});
  EXPECT_EQ(model("a"), model("b"));
  EXPECT_EQ(log("a").size(), log("b").size());
  EXPECT_EQ(read_file(folder("a") + "/recipe.toml"), recipe().text);
}

TEST_F(RunTest, ARecipeThatNoRunWroteStays) {
  std::filesystem::create_directories(folder("mine"));
  std::ofstream(folder("mine") + "/recipe.toml") << "# by hand\n";
  EXPECT_THAT([&] { train(recipe(), {.run_folder = folder("mine")}); },
              ThrowsMessage<UserError>(HasSubstr("already holds a run")));
  EXPECT_EQ(read_file(folder("mine") + "/recipe.toml"), "# by hand\n");
}

// Casts saturate whatever the weights grow to, and convolutions of integers know no NaN: the loss
// alone would not tell.
TEST_F(RunTest, AWeightThatIsNoNumberEndsTheRun) {
  frontends::Recipe r = recipe();
  r.fixed_phase.optimizer.learning_rate = 1e38;
  EXPECT_THAT([&] { train(r, {.run_folder = folder("a")}); },
              ThrowsMessage<UserError>(::testing::ContainsRegex(
                  "'[a-z0-9]+\\.[a-z]+' became infinite or NaN at step [0-9]+ of the fixed phase; "
                  "lower fixed.learning_rate")));
  r.fixed_phase.optimizer.learning_rate = 0.01;
  train(r, {.run_folder = folder("a"), .resume = true});
  EXPECT_TRUE(std::filesystem::exists(folder("a") + "/model.qfx"));
}

// Sums too wide for training show after the float phase, which is not lost.
TEST_F(RunTest, AFloatPhaseOutlivesFormatsThatCannotTrain) {
  frontends::Recipe r = recipe();
  for (graph::Node& node : r.model.nodes) {
    node.spec.width = 31;
    for (auto& [name, param] : node.params) param.spec.width = 32;
  }
  std::vector<std::string> messages;
  const auto keep = [&](const std::string& line) { messages.push_back(line); };
  EXPECT_THAT([&] { train(r, {.run_folder = folder("wide"), .message = keep}); },
              ThrowsMessage<UserError>(::testing::AllOf(
                  HasSubstr("53 bits"), HasSubstr("start = \"" + folder("wide") + "\""))));
  EXPECT_THAT(messages.at(0), HasSubstr("and training carries sums of 53")) << "before the phase";
  const Json warning = log("wide").at(0);
  EXPECT_EQ(warning.at("event"), "warning");
  EXPECT_EQ(warning.at("kind"), "wide_product");
  EXPECT_EQ(warning.at("text"), messages.at(0)) << "what the terminal shows, the report can show";
  frontends::Recipe mended = recipe();
  mended.start = folder("wide");
  EXPECT_TRUE(train(mended, {.run_folder = folder("mended")}).fixed_accuracy.has_value());
}

TEST_F(RunTest, ABatchNormNeedsTwoValuesAStep) {
  frontends::Recipe r = recipe();
  r.batch_size = 1;
  graph::Builder builder("flat", 7);
  auto x = builder.flatten(builder.input({1, 8, 8}, {.divisor = 255}));
  x = builder.batch_norm(builder.linear(x, {.out_features = 6, .has_bias = false}), {}, "bn");
  builder.linear(builder.relu(x), {.out_features = 4}, "fc");
  r.model = builder.finish();
  EXPECT_THAT(
      [&] { train(r, {.run_folder = folder("one")}); },
      ThrowsMessage<UserError>(::testing::AllOf(HasSubstr("'bn'"), HasSubstr("batch_size 1"))));
  r.batch_size = 2;
  EXPECT_TRUE(train(r, {.run_folder = folder("two")}).fixed_accuracy.has_value());
}

// conv2 has a bias before a batch_norm, which training drives to zero.
TEST_F(RunTest, AnIdleBiasIsNoFinerThanItsProducts) {
  frontends::Recipe r = recipe();
  r.fixed_phase.epochs = 0;
  train(r, {.run_folder = folder("a")});
  graph::Model model = load_checkpoint_model(folder("a"));
  for (graph::Node& node : model.nodes) {
    if (!node.params.contains(graph::Role::Bias)) continue;
    for (float& value : node.params.at(graph::Role::Bias).values) value *= 0x1p-40F;
    node.params.at(graph::Role::Bias).frac_bits.clear();
  }
  calibrate(model, r.calibration, std::vector<float>(64 * 4, 100), 4);
  int biases = 0;
  const graph::FrozenModel frozen = graph::freeze(model);
  for (const graph::FrozenNode& node : frozen.nodes) {
    if (!node.params.contains(graph::Role::Bias)) continue;
    ++biases;
    EXPECT_EQ(node.params.at(graph::Role::Bias).format.frac_bits(),
              frozen.nodes[node.inputs[0]].format.frac_bits() +
                  node.params.at(graph::Role::Weight).max_frac_bits())
        << node.name;
  }
  EXPECT_GE(biases, 2);
}

TEST_F(RunTest, AResumedRunSaysWhereItsThreadsDiffer) {
  frontends::Recipe r = recipe();
  int done = 0;
  EXPECT_THROW(train(r, {.run_folder = folder("a"), .should_stop = [&] { return ++done == 3; }}),
               Stopped);
  for (const int threads : {1, 2}) {
    r.threads = threads;
    std::vector<std::string> lines;
    const std::string name = fmt::format("with_{}", threads);
    std::filesystem::copy(directory_.path() / "a", directory_.path() / name,
                          std::filesystem::copy_options::recursive);
    train(r, {.run_folder = folder(name), .resume = true, .message = [&](const std::string& line) {
                lines.push_back(line);
              }});
    EXPECT_EQ(std::count(lines.begin(), lines.end(),
                         "the run had 1 threads and goes on with 2: its bits will not be an "
                         "unbroken run's"),
              threads == 2);
  }
}

TEST_F(RunTest, FloatTensorsTrainButDoNotFreeze) {
  frontends::Recipe r = recipe();
  for (graph::Node& node : r.model.nodes) {
    if (node.name == "bn1" || node.name == "relu2") node.spec.is_float = true;
    if (node.name == "bn2") node.params.at(graph::Role::Offset).spec.is_float = true;
    if (node.name == "fc") node.params.at(graph::Role::Bias).spec.is_float = true;
  }
  std::vector<std::string> lines;
  const Summary summary =
      train(r, {.run_folder = folder("a"),
                .message = [&](const std::string& line) { lines.push_back(line); }});
  EXPECT_TRUE(summary.fixed_accuracy.has_value());
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "a" / "model.qfx"));
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("not frozen")));
}

}  // namespace
}  // namespace qfx::train
