// What a run says where it came to something that nobody wants: once, with the key that mends it.
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tiny_run.h"

namespace qfx::train {
namespace {

using Json = nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Warnings : public ::testing::Test {
 protected:
  frontends::Recipe recipe() const {
    frontends::Recipe r = tiny_recipe(data_);
    r.float_phase.epochs = 12;
    return r;
  }

  void run(const frontends::Recipe& recipe) {
    const std::string folder = (directory_.path() / std::to_string(++runs_)).string();
    lines_.clear();
    train(recipe, {.run_folder = folder,
                   .message = [&](const std::string& line) { lines_.push_back(line); }});
    warnings_.clear();
    std::ifstream stream(folder + "/log.jsonl");
    for (std::string line; std::getline(stream, line);) {
      const Json event = Json::parse(line);
      if (event.at("event") != "warning") continue;
      EXPECT_THAT(lines_, ::testing::Contains(event.at("text"))) << "the terminal shows it too";
      warnings_.push_back(event);
    }
  }

  // The sentences of one kind.
  std::vector<std::string> of(const std::string& kind) const {
    std::vector<std::string> texts;
    for (const Json& warning : warnings_) {
      if (warning.at("kind") == kind) texts.push_back(warning.at("text"));
    }
    return texts;
  }

  TemporaryDirectory directory_;
  std::string data_ = test::write_tiny_data(directory_.path() / "data");
  int runs_ = 0;
  std::vector<std::string> lines_;
  std::vector<Json> warnings_;
};

TEST_F(Warnings, OverflowOfMoreThanOnePercentNamesTheTensor) {
  frontends::Recipe r = recipe();
  run(r);
  EXPECT_THAT(of("overflow"), ::testing::Not(::testing::Contains(HasSubstr("'conv1'"))));
  for (graph::Node& node : r.model.nodes) {
    if (node.name != "conv1") continue;
    node.spec.learned = false;
    node.spec.int_bits = -3;
    node.spec.overflow = fixed::Overflow::WRAP;
  }
  run(r);
  EXPECT_THAT(of("overflow"),
              ::testing::Contains(AllOf(HasSubstr("'conv1' overflows in"), HasSubstr("wrap around"),
                                        HasSubstr("more int_bits"))));
}

TEST_F(Warnings, AConstantOutputAfterCalibrationNamesTheFormats) {
  frontends::Recipe r = recipe();
  run(r);
  EXPECT_THAT(of("constant"), IsEmpty());
  EXPECT_THAT(of("chance"), IsEmpty());
  // Weights that are all 0 in their steps, and biases too.
  for (graph::Node& node : r.model.nodes) {
    for (auto& [role, param] : node.params) {
      if (node.name != "fc") continue;
      param.spec.learned = false;
      param.spec.int_bits = 12;
    }
  }
  run(r);
  EXPECT_THAT(of("constant"),
              ::testing::ElementsAre(AllOf(HasSubstr("calibrated: the network's outputs are the "
                                                     "same for every sample of the test set"),
                                           HasSubstr("format.width")),
                                     HasSubstr("trained in fixed point: the network's outputs")));
}

TEST_F(Warnings, ChanceIsToldWhereItBegins) {
  frontends::Recipe r = recipe();
  r.float_phase.optimizer.learning_rate = 1e-9;
  r.fixed_phase.optimizer.learning_rate = 1e-9;
  run(r);
  std::vector<std::string> told = of("chance");
  for (const std::string& text : of("constant")) told.push_back(text);
  ASSERT_THAT(told, SizeIs(1)) << "what follows is no news";
  EXPECT_THAT(told[0],
              AllOf(testing::StartsWith("float: "), HasSubstr("float.learning_rate (now 1e-09)")));
}

TEST_F(Warnings, PointsThatCannotMoveSayHowFarTheyCome) {
  frontends::Recipe r = recipe();
  run(r);  // 8 steps at 0.01
  ASSERT_THAT(of("still_points"), SizeIs(1));
  EXPECT_THAT(of("still_points")[0],
              AllOf(HasSubstr("8 steps at points.learning_rate 0.01"), HasSubstr("fixed.epochs")));
  r.points.learning_rate = 0.9;
  run(r);
  EXPECT_THAT(of("still_points"), IsEmpty());
  r.points.learning_rate = 0.01;
  r.fixed_phase.epochs = 0;
  run(r);
  EXPECT_THAT(of("still_points"), IsEmpty()) << "nothing is trained";
}

}  // namespace
}  // namespace qfx::train
