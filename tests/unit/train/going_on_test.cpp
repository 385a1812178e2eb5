// Runs that go on: more epochs on a finished one, and another recipe from what a run has learned.
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tiny_run.h"

#include "qfx/graph/file.h"
#include "qfx/graph/freeze.h"

namespace qfx::train {
namespace {

using Json = nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class GoingOn : public ::testing::Test {
 protected:
  std::string folder(const std::string& name) const { return (directory_.path() / name).string(); }

  // A recipe whose text says the epochs that it has.
  frontends::Recipe recipe(double float_epochs, double fixed_epochs,
                           const std::string& more = "") const {
    frontends::Recipe r = tiny_recipe(data_);
    r.float_phase.epochs = float_epochs;
    r.fixed_phase.epochs = fixed_epochs;
    r.text = fmt::format("{}[float]\nepochs = {}\n[fixed]\nepochs = {}\n", more, float_epochs,
                         fixed_epochs);
    return r;
  }

  Summary run(const frontends::Recipe& recipe, const std::string& name, bool resume = false) {
    lines_.clear();
    return train(recipe, {.run_folder = folder(name),
                          .resume = resume,
                          .message = [&](const std::string& line) { lines_.push_back(line); }});
  }

  std::vector<Json> epochs(const std::string& name) const {
    std::ifstream stream(folder(name) + "/log.jsonl");
    std::vector<Json> events;
    for (std::string line; std::getline(stream, line);) {
      Json event = Json::parse(line);
      if (event.at("event") == "epoch" && event.at("phase") == "fixed") events.push_back(event);
    }
    return events;
  }

  std::string file(const std::string& name) const { return read_file(folder(name)); }

  TemporaryDirectory directory_;
  std::string data_ = test::write_tiny_data(directory_.path() / "data");
  std::vector<std::string> lines_;
};

TEST_F(GoingOn, AFinishedRunTakesMoreEpochs) {
  run(recipe(2, 1), "a");
  EXPECT_EQ(epochs("a").size(), 1U);
  run(recipe(2, 3, "# three now\n"), "a", true);
  EXPECT_THAT(lines_, Contains(AllOf(HasSubstr("resumed in the fixed phase after step 4"),
                                     HasSubstr("with other fixed.epochs"))));
  ASSERT_EQ(epochs("a").size(), 3U);
  EXPECT_EQ(epochs("a").back().at("epoch"), 3);
  EXPECT_THAT(file("a/recipe.toml"), HasSubstr("# three now"));
  EXPECT_EQ(graph::freeze(load_checkpoint_model(folder("a"))),
            graph::load_frozen(folder("a") + "/model.qfx"));
}

TEST_F(GoingOn, ByTheScheduleOfTheLongerPhase) {
  run(recipe(2, 3), "whole");
  run(recipe(2, 1), "more");
  EXPECT_LT(epochs("more")[0].at("learning_rate"), epochs("whole")[0].at("learning_rate"));
  run(recipe(2, 3), "more", true);
  for (const std::size_t epoch : {1U, 2U})
    EXPECT_EQ(epochs("more").at(epoch).at("learning_rate"),
              epochs("whole").at(epoch).at("learning_rate"));
}

TEST_F(GoingOn, WhatIsNoScheduleIsNamed) {
  run(recipe(1, 1), "a");
  EXPECT_THAT([&] { run(recipe(1, 2, "seed = 9\n"), "a", true); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("another recipe"), HasSubstr("of seed;"),
                                             HasSubstr("epochs, learning_rate, schedule"))));
  EXPECT_THAT([&] { run(recipe(3, 1), "a", true); },
              ThrowsMessage<UserError>(HasSubstr("float.epochs")))
      << "the float phase has ended";
  EXPECT_THAT([&] { run(recipe(1, 0.5), "a", true); },
              ThrowsMessage<UserError>(
                  AllOf(HasSubstr("done 1 epochs of its fixed phase"), HasSubstr("asks for 0.5"))));
  EXPECT_THAT(file("a/recipe.toml"), ::testing::Not(HasSubstr("seed")));
  run(recipe(1, 1, "# the same\n"), "a", true);
  EXPECT_THAT(file("a/recipe.toml"), HasSubstr("# the same"));
}

TEST_F(GoingOn, StartsFromWhatTheFixedPhaseHasLearned) {
  const Summary first = run(recipe(2, 3), "a");
  frontends::Recipe r = recipe(0, 0);
  r.start = folder("a");
  r.start_from = frontends::StartFrom::Fixed;
  const Summary same = run(r, "same");
  EXPECT_THAT(lines_, Contains(HasSubstr("its parameters and 20 of 20 binary points")));
  EXPECT_EQ(same.ptq_accuracy, first.fixed_accuracy);
  EXPECT_EQ(same.float_accuracy, first.float_accuracy);
  EXPECT_EQ(file("same/model.qfx"), file("a/model.qfx")) << "nothing was trained";

  // A tensor of another width gets a point of its own.
  for (graph::Node& node : r.model.nodes) {
    if (node.name == "relu1") node.spec.width = 6;
  }
  run(r, "other");
  EXPECT_THAT(lines_, Contains(AllOf(HasSubstr("19 of 20 binary points"),
                                     HasSubstr("other formats are new: relu1"))));
  EXPECT_NE(file("other/model.qfx"), file("a/model.qfx"));
}

TEST_F(GoingOn, ARunInItsFloatPhaseHasLearnedNoPoints) {
  run(recipe(1, 0), "a");
  std::filesystem::remove_all(folder("a") + "/checkpoint");
  frontends::Recipe r = recipe(0, 1);
  r.start = folder("a");
  r.start_from = frontends::StartFrom::Fixed;
  EXPECT_THAT([&] { run(r, "b"); }, ThrowsMessage<UserError>(HasSubstr("no checkpoint")));
  EXPECT_FALSE(std::filesystem::exists(folder("b"))) << "nothing has begun";
}

}  // namespace
}  // namespace qfx::train
