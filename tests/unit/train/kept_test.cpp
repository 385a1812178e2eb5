// Which network is frozen: the last one, or a better one before it.
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tiny_run.h"

#include "qfx/graph/file.h"
#include "qfx/graph/freeze.h"

namespace qfx::train {
namespace {

using Json = nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class Kept : public ::testing::Test {
 protected:
  std::string folder(const std::string& name) const { return (directory_.path() / name).string(); }

  // Float learns it; then steps so large that fixed point unlearns it.
  frontends::Recipe spoiled() const {
    frontends::Recipe r = tiny_recipe(data_);
    r.float_phase.epochs = 12;
    r.fixed_phase.optimizer.learning_rate = 30;
    return r;
  }

  Summary run(const frontends::Recipe& recipe, const std::string& name) {
    lines_.clear();
    return train(recipe, {.run_folder = folder(name),
                          .message = [&](const std::string& line) { lines_.push_back(line); }});
  }

  std::vector<Json> events(const std::string& name, const std::string& event) const {
    std::ifstream stream(folder(name) + "/log.jsonl");
    std::vector<Json> all;
    for (std::string line; std::getline(stream, line);) {
      Json json = Json::parse(line);
      if (json.at("event") == event) all.push_back(json);
    }
    return all;
  }

  graph::FrozenModel model(const std::string& name) const {
    return graph::load_frozen(folder(name) + "/model.qfx");
  }

  TemporaryDirectory directory_;
  std::string data_ = test::write_tiny_data(directory_.path() / "data");
  std::vector<std::string> lines_;
};

TEST_F(Kept, TheCalibratedNetworkWhereTrainingEndedBelowIt) {
  const Summary summary = run(spoiled(), "best");
  EXPECT_EQ(summary.kept, "calibrated");
  EXPECT_EQ(summary.fixed_accuracy, summary.ptq_accuracy);
  EXPECT_THAT(lines_, Contains(HasSubstr("ended below calibration")));
  EXPECT_EQ(events("best", "frozen").at(0).at("kept"), "calibrated");
  EXPECT_EQ(Json::parse(read_file(folder("best") + "/summary.json")).at("kept"), "calibrated");
  bool is_told = false;
  for (const Json& warning : events("best", "warning"))
    is_told |= warning.at("kind") == "below_calibration";
  EXPECT_TRUE(is_told);
  frontends::Recipe ptq_recipe = spoiled();
  ptq(ptq_recipe, {.run_folder = folder("ptq")});
  EXPECT_EQ(model("best"), model("ptq"));
  EXPECT_EQ(graph::freeze(load_checkpoint_model(folder("best"))), model("best"))
      << "qfx freeze gives the same";

  frontends::Recipe last = spoiled();
  last.keep = frontends::Keep::Last;
  const Summary spoilt = run(last, "last");
  EXPECT_EQ(spoilt.kept, "");
  EXPECT_LT(*spoilt.fixed_accuracy, *spoilt.ptq_accuracy);
  EXPECT_THAT(lines_, Contains(HasSubstr("fixed.keep = \"best\" freezes the better of the two")));
  EXPECT_NE(model("last"), model("best"));
}

// More epochs go on from where training ended, not from the calibrated network that was frozen.
TEST_F(Kept, GoesOnFromTheLastNetwork) {
  frontends::Recipe r = spoiled();
  r.text = "fixed.epochs = 2\n";
  run(r, "a");
  r.text = "fixed.epochs = 3\n";
  r.fixed_phase.epochs = 3;
  const Summary more = train(r, {.run_folder = folder("a"), .resume = true});
  EXPECT_EQ(events("a", "epoch").size(), 12U + 3U);
  EXPECT_EQ(more.kept, "calibrated");
  EXPECT_EQ(graph::freeze(load_checkpoint_model(folder("a"))), model("a"));
}

TEST_F(Kept, TheLastOneOtherwise) {
  frontends::Recipe r = tiny_recipe(data_);
  r.float_phase.epochs = 12;
  const Summary summary = run(r, "a");
  EXPECT_EQ(summary.kept, "last");
  EXPECT_THAT(lines_, Not(Contains(HasSubstr("below calibration"))));
}

TEST_F(Kept, TheBestEpochByValidationSamples) {
  frontends::Recipe r = spoiled();
  r.data.validation = 0.25;
  r.fixed_phase = {.epochs = 4, .optimizer = {.learning_rate = 0.01}};
  // The first epoch trains; then the steps are spoiled.
  r.fixed_phase.optimizer.schedule = frontends::Schedule::Constant;
  const Summary summary = run(r, "a");
  EXPECT_THAT(lines_, Contains(HasSubstr("validation ")));
  EXPECT_THAT(lines_, Contains(testing::StartsWith("test ")));
  double best = events("a", "calibrated").at(0).at("validation_accuracy");
  std::string kept = "calibrated";
  for (const Json& epoch : events("a", "epoch")) {
    EXPECT_FALSE(epoch.contains("test_accuracy")) << "the test set is for the end";
    if (epoch.at("phase") != "fixed" || epoch.at("validation_accuracy") < best) continue;
    best = epoch.at("validation_accuracy");
    kept = epoch.at("epoch") == 4 ? "last" : fmt::format("epoch {}", epoch.at("epoch").get<int>());
  }
  EXPECT_EQ(summary.kept, kept);
  EXPECT_EQ(events("a", "frozen").at(0).at("test_accuracy"), *summary.fixed_accuracy);
  EXPECT_EQ(graph::freeze(load_checkpoint_model(folder("a"))), model("a"));

  r.fixed_phase.optimizer.learning_rate = 30;
  const Summary spoilt = run(r, "spoilt");
  EXPECT_EQ(spoilt.kept, "calibrated");
  EXPECT_EQ(spoilt.fixed_accuracy, spoilt.ptq_accuracy) << "both on the test set";
}

}  // namespace
}  // namespace qfx::train
