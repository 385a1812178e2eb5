// Measures and worst samples, as whoever runs the model hands them over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/measure.h"
#include "report/samples.h"
#include "support/synthetic_run.h"

namespace qfx::report {
namespace {

using ::testing::SizeIs;

graph::FrozenModel model() {
  return test::synthetic_model({});
}

// Of one channel.
Answers pictures(std::int64_t height, std::int64_t width) {
  Answers answers;
  answers.channels = 1;
  answers.height = height;
  answers.width = width;
  return answers;
}

TEST(MeasureJson, FollowsTheTask) {
  graph::FrozenModel m = model();
  EXPECT_EQ(measure_json(m, nullptr, nullptr)["name"], "accuracy");
  EXPECT_EQ(measure_json(m, nullptr, nullptr)["chance"], 0.1);
  EXPECT_EQ(measure_json(std::nullopt, nullptr, nullptr)["chance"], nullptr);
  m.task.loss = graph::Loss::Mse;
  const Json rmse = measure_json(m, {{"r2", 0.5}}, nullptr);
  EXPECT_EQ(rmse["name"], "RMSE");
  EXPECT_EQ(rmse["higher"], false);
  EXPECT_EQ(rmse["r2"], 0.5);
  m.task.rebuilds_input = true;
  EXPECT_EQ(measure_json(m, nullptr, nullptr)["name"], "reconstruction error");
}

TEST(MeasureJson, ChanceIsTheMostFrequentClass) {
  const Json measures = {{"classes", {{{"samples", 30}}, {{"samples", 70}}, {{"samples", "x"}}}}};
  EXPECT_EQ(measure_json(model(), measures, nullptr)["chance"], 0.7);
}

TEST(MeasureJson, LabelsAreGuessedAsTheyMostOftenAre) {
  graph::FrozenModel m = model();
  m.task.loss = graph::Loss::Bce;
  const Json measures = {{"samples", 10}, {"labels", {{{"samples", 1}}, {{"samples", 7}}}}};
  EXPECT_EQ(measure_json(m, measures, nullptr)["name"], "label accuracy");
  EXPECT_DOUBLE_EQ(measure_json(m, measures, nullptr)["chance"].get<double>(), 0.8);
  EXPECT_EQ(measure_json(m, nullptr, nullptr)["chance"], nullptr);
}

TEST(ClassNames, AreTheModelsElseTheData) {
  graph::FrozenModel m = model();
  const Json measures = {{"classes", {{{"name", "cat"}}, {{"name", "dog"}}}}};
  EXPECT_EQ(class_names(m, measures), Json({"cat", "dog"}));
  EXPECT_EQ(class_names(m, {{"classes", {{{"name", "0"}}, {{"name", "1"}}}}}), Json::array());
  m.task.names = {"a", "b"};
  EXPECT_EQ(class_names(m, measures), Json({"a", "b"}));
}

TEST(NounOf, ImagesArePictures) {
  graph::FrozenModel m = model();
  EXPECT_EQ(noun_of(m), "image");
  m.nodes[0].shape = {6, 1, 128};
  EXPECT_EQ(noun_of(m), "sample") << "a sequence of six channels";
  m.nodes[0].shape = {13};
  EXPECT_EQ(noun_of(m), "sample");
}

TEST(SamplesJson, HoldsPicturesAsTheyAre) {
  Answers answers = pictures(2, 2);
  answers.worst = {
      {.index = 3, .truth = "a", .answer = "b", .error = "c", .picture = {0, 1, 2, 255}},
      {.index = 4, .truth = "a", .answer = "b", .error = "c", .picture = {1}}};
  const Json json = samples_json(answers);
  EXPECT_EQ(json["picture"], Json({{"channels", 1}, {"height", 2}, {"width", 2}}));
  EXPECT_EQ(json["worst"][0]["picture"], "AAEC/w==");
  EXPECT_EQ(json["worst"][1]["picture"], nullptr) << "not of that size";
  EXPECT_EQ(samples_json({}), nullptr);
}

TEST(SamplesJson, ShrinksLargePictures) {
  Answers answers = pictures(4, 321);
  WorstSample sample;
  for (int i = 0; i < 4 * 321; ++i) sample.picture.push_back(static_cast<std::uint8_t>(i % 3));
  answers.worst = {sample};
  const Json json = samples_json(answers);
  EXPECT_EQ(json["picture"], Json({{"channels", 1}, {"height", 1}, {"width", 107}}));
  EXPECT_THAT(json["worst"][0]["picture"].get<std::string>(), SizeIs(144)) << "107 bytes";
  EXPECT_EQ(json["worst"][0]["picture"].get<std::string>().substr(0, 4), "AQEB") << "means of 1";
}

TEST(MeasuresOf, OnlyAnObject) {
  Answers answers;
  EXPECT_EQ(measures_of(answers), nullptr);
  answers.measures = "[1]";
  EXPECT_EQ(measures_of(answers), nullptr);
  answers.measures = R"({"samples":7})";
  EXPECT_EQ(measures_of(answers)["samples"], 7);
}

}  // namespace
}  // namespace qfx::report
