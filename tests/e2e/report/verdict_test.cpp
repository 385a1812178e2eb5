// Bits and result: what is told in green, amber and red, and what to do about it.
#include <fstream>

#include "page.h"
#include "support/synthetic_run.h"

#include "qfx/graph/file.h"

namespace qfx::report {
namespace {

using test::Page;
using test::Visit;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Verdict : public Page {
 protected:
  void SetUp() override { test::write_synthetic_run(folder(), {}); }
  void accuracies(double floating, double calibrated, double fixed) {
    edit("summary.json",
         {{"float_accuracy", floating}, {"ptq_accuracy", calibrated}, {"fixed_accuracy", fixed}});
    edit("verify.json", {{"runtime_accuracy", fixed}, {"accuracy", fixed}});
  }
  nlohmann::json probe() {
    const Visit visit = open(folder());
    expect_sound(visit);
    return visit.probe;
  }
  void append(const std::string& line) {
    std::ofstream(folder() + "/log.jsonl", std::ios::app) << line << '\n';
  }
};

std::string headline(const nlohmann::json& probe) {
  return probe["headline"].get<std::string>();
}

std::string next(const nlohmann::json& probe) {
  return probe["next"].get<std::string>();
}

TEST_F(Verdict, UnequalBitsOfEqualAccuracyAreNotEqual) {
  edit("verify.json", {{"values_differ", 3}, {"images_differ", 2}});
  const auto found = probe();
  EXPECT_EQ(found["bits"], "bad");
  EXPECT_THAT(found["relations"].get<Strings>(), ElementsAre("→", "=", "≠"));
}

TEST_F(Verdict, NotVerifiedIsAmberAndSaysHow) {
  std::filesystem::remove(folder() + "/verify.json");
  const auto found = probe();
  EXPECT_EQ(found["bits"], "warn");
  EXPECT_EQ(found["result"], "good");
  EXPECT_THAT(next(found), HasSubstr("qfx verify " + folder() + "/model.qfx"));
  EXPECT_THAT(found["relations"].get<Strings>(), Not(::testing::Contains("=")));
}

TEST_F(Verdict, IntegersThatJustRanMustAgreeWithTraining) {
  std::filesystem::remove(folder() + "/verify.json");
  Answers answers;
  answers.measures = R"({"samples": 10000, "headline": {"value": 0.9143}})";
  const auto equal = open(folder(), 1280, 900, answers).probe;
  EXPECT_EQ(equal["bits"], "warn");
  EXPECT_THAT(equal["relations"].get<Strings>(), ElementsAre("→", "=", "·"));
  answers.measures = R"({"samples": 10000, "headline": {"value": 0.9144}})";
  const auto other = open(folder(), 1280, 900, answers).probe;
  EXPECT_EQ(other["bits"], "bad");
  EXPECT_THAT(other["relations"].get<Strings>(), ElementsAre("→", "≠", "·"));
}

TEST_F(Verdict, VerifiedAndGoodIsExportedNext) {
  const auto found = probe();
  EXPECT_THAT(next(found), HasSubstr("qfx export " + folder() + "/model.qfx"));
}

TEST_F(Verdict, NearChanceIsRed) {
  accuracies(0.8, 0.11, 0.1);
  const auto found = probe();
  EXPECT_EQ(found["bits"], "good") << "the bits are equal all the same";
  EXPECT_EQ(found["result"], "bad");
  EXPECT_THAT(headline(found), HasSubstr("near chance"));
  EXPECT_THAT(headline(found), HasSubstr("uessing one of 10 classes gets 10.00"));
  EXPECT_THAT(headline(found), HasSubstr("fixed point lost it"));
}

TEST_F(Verdict, ChanceIsHowOftenTheMostFrequentClassIs) {
  accuracies(0.93, 0.93, 0.9);
  EXPECT_EQ(probe()["result"], "warn");
  edit("verify.json", {{"runtime_measures",
                        {{"samples", 10000},
                         {"classes",
                          {{{"samples", 9000}, {"answers", 10000}, {"class", 0}},
                           {{"samples", 1000}, {"answers", 0}, {"class", 1}}}}}}});
  const auto found = probe();
  EXPECT_EQ(found["result"], "bad") << "it answers the one class always";
  EXPECT_THAT(found["classes"].get<std::string>(), HasSubstr("1 class is never answered: class 1"));
}

TEST_F(Verdict, WhatTrainingCallsNoAnswerIsRed) {
  append(
      R"({"event":"warning","kind":"constant","about":"","text":"calibrated: the outputs are the same"})");
  EXPECT_EQ(probe()["result"], "good") << "what is frozen was trained since";
  append(
      R"({"event":"warning","kind":"constant","about":"","text":"trained in fixed point: the outputs are the same; try format.width"})");
  const auto found = probe();
  EXPECT_EQ(found["result"], "bad");
  EXPECT_THAT(headline(found), HasSubstr("always the same answer"));
  EXPECT_THAT(headline(found), HasSubstr("try format.width"));
}

TEST_F(Verdict, PointsBelowFloatAreAmberAndHalfOfItRed) {
  accuracies(0.9, 0.85, 0.89);
  EXPECT_EQ(probe()["result"], "good");
  accuracies(0.9, 0.85, 0.87);
  const auto amber = probe();
  EXPECT_EQ(amber["result"], "warn");
  EXPECT_THAT(headline(amber), HasSubstr("−3.00 points against float"));
  EXPECT_THAT(next(amber), HasSubstr("[[format.override]]")) << "what the findings say";
  accuracies(0.9, 0.4, 0.4);
  EXPECT_EQ(probe()["result"], "bad");
}

TEST_F(Verdict, EndingBelowCalibrationIsAmber) {
  accuracies(0.91, 0.905, 0.895);
  const auto found = probe();
  EXPECT_EQ(found["result"], "warn");
  EXPECT_THAT(headline(found), HasSubstr("ended below calibration"));
}

TEST_F(Verdict, TrainingAndIntegersThatDisagreeAreRed) {
  edit("verify.json", {{"runtime_accuracy", 0.9}, {"accuracy", 0.9}});
  const auto found = probe();
  EXPECT_EQ(found["bits"], "bad");
  EXPECT_THAT(found["relations"].get<Strings>(), ElementsAre("→", "≠", "="));
}

TEST_F(Verdict, ARunThatNeverEndedIsGoneOnWith) {
  std::filesystem::remove(folder() + "/model.qfx");
  std::filesystem::remove(folder() + "/verify.json");
  std::filesystem::remove(folder() + "/summary.json");
  EXPECT_THAT(next(probe()), HasSubstr("qfx train --out " + folder() + " --resume"));
}

TEST_F(Verdict, WarningsAreFindings) {
  append(
      R"({"event":"warning","kind":"zeros","about":"fc.weight","text":"all values of fc.weight become 0; give it more int_bits"})");
  const auto found = probe();
  EXPECT_THAT(found["findings"][0].get<std::string>(),
              HasSubstr("All values of fc.weight become 0; give it more int_bits."));
}

// A tensor's share of values outside is one number, wherever the page tells it.
TEST_F(Verdict, ATensorHasOneShareOutside) {
  append(
      R"({"event":"frozen","test_accuracy":0.9143,"overflows":{"conv2.weight":0.25,"add2":0.041,"bn1.scale":0.125,"conv1":0}})");
  const auto found = probe();
  for (const auto& [tensor, text] :
       {std::pair{"conv2.weight", "25.0"}, {"add2", "4.10"}, {"bn1.scale", "(2 of 16)"}}) {
    EXPECT_THAT(found["shares"][tensor].get<std::string>(), HasSubstr(text)) << tensor;
    EXPECT_THAT(found["overflows"][tensor].get<std::string>(), HasSubstr(text)) << tensor;
  }
  EXPECT_THAT(found["shares"]["conv1"].get<std::string>(), Not(HasSubstr("outside")))
      << "whatever bins the histogram has";
}

TEST_F(Verdict, AxesEndAt100AndShowWhatSpansDecades) {
  const auto linear = probe()["charts"];
  EXPECT_LE(linear["accuracy-chart"]["max"].get<double>(), 100);
  EXPECT_EQ(linear["loss-chart"]["type"], "linear");
  append(
      R"({"event":"epoch","phase":"fixed","epoch":6,"train_loss":1e-4,"train_accuracy":1,"test_accuracy":1})");
  const auto found = probe()["charts"];
  EXPECT_EQ(found["accuracy-chart"]["max"], 100);
  EXPECT_EQ(found["loss-chart"]["type"], "logarithmic");
}

TEST_F(Verdict, ALongNetworkIsReadInOneGo) {
  test::write_synthetic_run(folder(), {.fixed_epochs = 60, .blocks = 19});
  const auto found = probe();
  EXPECT_LE(found["height"].get<int>(), 6000);
  EXPECT_GE(found["folded"].get<int>(), 4);
  EXPECT_THAT(found["wideTables"].get<Strings>(), IsEmpty());
}

TEST_F(Verdict, WorstSamplesHaveTheirPictures) {
  Answers answers;
  answers.source = "here";
  answers.text = "3 are wrong.";
  answers.channels = 3;
  answers.height = answers.width = 2;
  answers.measures =
      R"({"samples":4,"classes":[{"class":0,"name":"cat","samples":2,"answers":2,"correct":1,"recall":0.5,"precision":0.5},{"class":1,"name":"dog","samples":2,"answers":2,"correct":1,"recall":0.5,"precision":null}],"confusion":[[1,1],[1,1]]})";
  answers.worst = {{.index = 7,
                    .truth = "0 cat",
                    .answer = "answered 1 dog",
                    .error = "wrong by 2",
                    .picture = {255, 0, 90, 0, 0, 255, 0, 30, 0, 0, 255, 0}},
                   {.index = 9,
                    .truth = "<b>",
                    .answer = "answered 0 cat",
                    .error = "wrong by 1",
                    .picture = {}}};
  const Visit visit = open(folder(), 1280, 900, answers);
  expect_sound(visit);
  EXPECT_THAT(visit.probe["samples"][0].get<std::string>(), HasSubstr("0 cat"));
  EXPECT_THAT(visit.probe["samples"][1].get<std::string>(), HasSubstr("<b>"));
  EXPECT_THAT(visit.probe["pictures"].get<std::vector<int>>(), ElementsAre(4));
  EXPECT_THAT(visit.probe["classes"].get<std::string>(), HasSubstr("4 images of here"));
}

// Errors instead of accuracies: less is better.
TEST_F(Verdict, AnErrorHasItsOwnNameAndDirection) {
  graph::FrozenModel model = test::synthetic_model({});
  model.task.loss = graph::Loss::Mse;
  graph::save(model, folder() + "/model.qfx");
  const auto with = [&](double floating, double fixed, double r2) {
    edit("summary.json",
         {{"float_accuracy", floating}, {"ptq_accuracy", nullptr}, {"fixed_accuracy", fixed}});
    edit("verify.json", {{"runtime_accuracy", nullptr},
                         {"accuracy", nullptr},
                         {"runtime_measures", {{"r2", r2}, {"headline", {{"value", fixed}}}}}});
    return probe();
  };
  const auto good = with(0.5, 0.51, 0.9);
  EXPECT_EQ(good["result"], "good");
  EXPECT_THAT(headline(good), HasSubstr("RMSE 0.51, as good as float"));
  EXPECT_THAT(good["figures"]["integer"].get<std::string>(), HasSubstr("0.51"));
  EXPECT_THAT(good["figures"]["integer"].get<std::string>(), Not(HasSubstr("%")));
  EXPECT_EQ(with(0.5, 0.6, 0.9)["result"], "warn");
  EXPECT_EQ(with(0.5, 1.2, 0.9)["result"], "bad");
  const auto mean = with(0.5, 0.51, 0.01);
  EXPECT_EQ(mean["result"], "bad");
  EXPECT_THAT(headline(mean), HasSubstr("no better than the mean"));
}

}  // namespace
}  // namespace qfx::report
