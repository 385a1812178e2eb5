// Measures against numbers worked out by hand.
#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "qfx/base/error.h"
#include "qfx/measure/measure.h"

namespace {

using namespace qfx;
using measure::Measures;
using testing::DoubleNear;
using testing::ElementsAre;

constexpr double kTiny = 1e-12;

graph::Task task_of(graph::Loss loss, std::vector<std::string> names = {}) {
  return {.loss = loss, .rebuilds_input = false, .names = std::move(names)};
}

// Four samples of three classes: answers 0, 2, 2, 1 (the first of equals) to labels 0, 1, 2, 1.
const std::vector<double> kScores{3, 1, 0, -1, 0, 5, 0, 0, 0.5, -2, 7, 7};
const std::vector<std::int32_t> kLabels{0, 1, 2, 1};

Measures of_classes() {
  Measures measures(task_of(graph::Loss::CrossEntropy, {"cat", "dog", "eel"}), 3);
  measures.add(kScores, {.labels = kLabels, .targets = {}});
  return measures;
}

TEST(Measures, ClassesHaveAccuracyRecallAndPrecision) {
  const Measures measures = of_classes();
  EXPECT_EQ(measures.samples(), 4);
  EXPECT_EQ(measures.correct(), 3);
  EXPECT_EQ(measures.accuracy(), 0.75);
  const auto classes = measures.classes();
  ASSERT_EQ(classes.size(), 3u);
  EXPECT_EQ(classes[1].there, 2);
  EXPECT_EQ(classes[1].said, 1);
  EXPECT_EQ(classes[1].right, 1);
  EXPECT_EQ(classes[1].recall, 0.5);
  EXPECT_EQ(classes[1].precision, 1.0);
  EXPECT_EQ(classes[1].accuracy, 0.75);
  EXPECT_EQ(classes[2].recall, 1.0);
  EXPECT_EQ(classes[2].precision, 0.5);
  EXPECT_THAT(measures.confusion(), ElementsAre(1, 0, 0, 0, 1, 1, 0, 0, 1));
  EXPECT_EQ(measures.constant_answer(), 0.5) << "always saying dog is right twice";
  EXPECT_EQ(measures.name_of(1), "dog");
  const auto headline = measures.headline();
  EXPECT_EQ(headline.name, "accuracy");
  EXPECT_EQ(headline.text, "75.00 %");
  EXPECT_EQ(headline.details, "3 of 4");
}

TEST(Measures, CrossEntropyIsTheMeanAndNeverOverflows) {
  Measures measures(task_of(graph::Loss::CrossEntropy), 2);
  const std::vector<double> outputs{1000, 1000, 0, std::log(3.0)};
  measures.add(outputs, {.labels = std::vector<std::int32_t>{0, 0}, .targets = {}});
  EXPECT_NEAR(measures.loss(), (std::log(2.0) + std::log(4.0)) / 2, kTiny);
}

TEST(Measures, AClassNobodyHasOrSaysHasNoRecallOrPrecision) {
  Measures measures(task_of(graph::Loss::CrossEntropy), 3);
  measures.add(std::vector<double>{1, 0, 0},
               {.labels = std::vector<std::int32_t>{1}, .targets = {}});
  const auto classes = measures.classes();
  EXPECT_EQ(classes[2].recall, std::nullopt);
  EXPECT_EQ(classes[2].precision, std::nullopt);
  EXPECT_EQ(classes[0].recall, std::nullopt);
  EXPECT_EQ(classes[0].precision, 0.0);
  EXPECT_EQ(classes[1].recall, 0.0);
}

TEST(Measures, RawIntegersAreTheirValues) {
  Measures raw(task_of(graph::Loss::Mse), 2), real(task_of(graph::Loss::Mse), 2);
  const std::vector<float> targets{0.5F, -1, 2, 0};
  raw.add(std::vector<std::int32_t>{3, -8, 17, 1}, 3, {.labels = {}, .targets = targets});
  real.add(std::vector<double>{0.375, -1, 2.125, 0.125}, {.labels = {}, .targets = targets});
  EXPECT_EQ(raw.sums(), real.sums());
}

TEST(Measures, PartsAddUpToTheWhole) {
  Measures first(of_classes().task(), 3), second(of_classes().task(), 3);
  first.add(std::span(kScores).first(6), {.labels = std::span(kLabels).first(2), .targets = {}});
  second.add(std::span(kScores).subspan(6),
             {.labels = std::span(kLabels).subspan(2), .targets = {}});
  Measures added = second;
  for (std::size_t i = 0; i < added.sums().size(); ++i) added.sums()[i] += first.sums()[i];
  first.merge(second);
  EXPECT_EQ(first.correct(), 3);
  EXPECT_NEAR(first.loss(), of_classes().loss(), kTiny);
  EXPECT_EQ(added.sums(), first.sums());
}

TEST(Measures, ManyClassesDoWithoutAMatrix) {
  const std::int64_t many = measure::kMaxConfusionClasses + 1;
  Measures measures(task_of(graph::Loss::CrossEntropy), many);
  std::vector<double> row(static_cast<std::size_t>(many));
  row.back() = 1;
  measures.add(row, {.labels = std::vector<std::int32_t>{static_cast<std::int32_t>(many - 1)},
                     .targets = {}});
  EXPECT_TRUE(measures.confusion().empty());
  EXPECT_EQ(measures.accuracy(), 1.0);
  EXPECT_EQ(measures.classes().back().recall, 1.0);
}

TEST(Measures, ValuesHaveRmseMaeAndR2ByOutputAndInAll) {
  Measures measures(task_of(graph::Loss::Mse), 2);
  // Output 0 misses by 1, -1, 0, 0 of targets 1, 2, 3, 4; output 1 by 2, 0, 0, 0 of targets all 7.
  const std::vector<double> outputs{2, 9, 1, 7, 3, 7, 4, 7};
  const std::vector<float> targets{1, 7, 2, 7, 3, 7, 4, 7};
  measures.add(outputs, {.labels = {}, .targets = targets});
  const auto values = measures.values();
  EXPECT_NEAR(values[0].rmse, std::sqrt(0.5), kTiny);
  EXPECT_NEAR(values[0].mae, 0.5, kTiny);
  EXPECT_NEAR(values[0].r2.value(), 1 - 2.0 / 5.0, kTiny);
  EXPECT_NEAR(values[1].rmse, 1, kTiny);
  EXPECT_EQ(values[1].r2, std::nullopt) << "targets that are all equal have no R2";
  const auto all = measures.all_values();
  EXPECT_NEAR(all.rmse, std::sqrt(0.75), kTiny);
  EXPECT_NEAR(all.mae, 0.5, kTiny);
  EXPECT_NEAR(all.r2.value(), 0.6, kTiny);
  EXPECT_NEAR(measures.loss(), 0.75, kTiny);
  EXPECT_NEAR(measures.constant_answer().value(), std::sqrt(5.0 / 8.0), kTiny);
  EXPECT_EQ(measures.headline().name, "RMSE");
  EXPECT_EQ(measures.headline().text, "0.866");
  EXPECT_FALSE(measures.headline().higher_is_better);
}

TEST(Measures, MaeIsTheHeadlineWhereItIsTheLoss) {
  Measures measures(task_of(graph::Loss::Mae), 1);
  measures.add(std::vector<double>{1, 5}, {.labels = {}, .targets = std::vector<float>{0, 2}});
  EXPECT_NEAR(measures.loss(), 2, kTiny);
  EXPECT_EQ(measures.headline().name, "MAE");
  EXPECT_EQ(measures.headline().value, 2);
  EXPECT_EQ(measures.constant_answer(), std::nullopt);
}

TEST(Measures, LabelsAreJudgedOneByOneAndTogether) {
  Measures measures(task_of(graph::Loss::Bce, {"rain", "wind"}), 2);
  // 0 says no: rain is said of sample 0 only, wind of 0 and 2.
  measures.add(std::vector<double>{2, 1, 0, -1, -3, 4},
               {.labels = {}, .targets = std::vector<float>{1, 0, 1, 0, 0, 1}});
  const auto labels = measures.classes();
  EXPECT_EQ(labels[0].recall, 0.5);
  EXPECT_EQ(labels[0].precision, 1.0);
  EXPECT_NEAR(labels[0].accuracy, 2.0 / 3, kTiny);
  EXPECT_EQ(labels[1].recall, 1.0);
  EXPECT_EQ(labels[1].precision, 0.5);
  EXPECT_NEAR(measures.label_accuracy(), 4.0 / 6, kTiny);
  EXPECT_NEAR(measures.exact_match(), 1.0 / 3, kTiny);
  EXPECT_NEAR(measures.constant_answer().value(), 4.0 / 6, kTiny);
  EXPECT_EQ(measures.headline().name, "label accuracy");
}

TEST(Measures, BinaryCrossEntropyIsThatOfTheSigmoidAndNeverOverflows) {
  Measures measures(task_of(graph::Loss::Bce), 2);
  measures.add(std::vector<double>{0, -2000, 0.5, 2000},
               {.labels = {}, .targets = std::vector<float>{1, 0, 0.25F, 1}});
  const double p = 1 / (1 + std::exp(-0.5));
  const double soft = -(0.25 * std::log(p) + 0.75 * std::log(1 - p));
  EXPECT_NEAR(measures.loss(), (std::log(2.0) / 2 + soft / 2) / 2, kTiny);
}

TEST(Measures, AHeadlineKnowsWhatIsBetter) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  measure::Headline headline{
      .name = "RMSE", .value = 2, .higher_is_better = false, .text = {}, .details = {}};
  EXPECT_TRUE(headline.better_than(3));
  EXPECT_FALSE(headline.better_than(2));
  EXPECT_TRUE(headline.better_than(nan));
  headline.higher_is_better = true;
  EXPECT_FALSE(headline.better_than(3));
  headline.value = nan;
  EXPECT_FALSE(headline.better_than(0));
  EXPECT_FALSE(headline.better_than(nan));
}

// ---- rebuilds_input

graph::Task rebuilding(graph::Loss loss) {
  return {.loss = loss, .rebuilds_input = true, .names = {}};
}

// One value a sample: error i is its square.
const std::vector<double> kRebuilt{1, 3, 2, 2};
const std::vector<float> kNothing{0, 0, 0, 0};

TEST(Measures, ReconstructionErrorIsKeptBySample) {
  Measures measures(rebuilding(graph::Loss::Mse), 2, 2);
  measures.add(kRebuilt, {.labels = {}, .targets = kNothing});
  EXPECT_THAT(measures.errors(), ElementsAre(5, 4));
  EXPECT_EQ(measures.reconstruction_error(), 4.5);
  EXPECT_EQ(measures.loss(), 4.5);
  EXPECT_EQ(measures.auc(), std::nullopt) << "nobody says what is odd";
  EXPECT_EQ(measures.labelled(), 0);
  EXPECT_EQ(measures.headline().name, "reconstruction error");
}

TEST(Measures, AucCountsPairsAndTiesHalf) {
  Measures measures(rebuilding(graph::Loss::Mae), 1, 4);
  // Errors 1, 9, 4, 4, odd are 9 and one of the 4: of 4 pairs 3 are right and one is a tie.
  measures.add(kRebuilt, {.labels = std::vector<std::int32_t>{0, 1, 0, 1}, .targets = kNothing});
  EXPECT_EQ(measures.auc(), 3.5 / 4);
  EXPECT_EQ(measures.odd(), 2);
  EXPECT_EQ(measures.error_of(true), 6.5);
  EXPECT_EQ(measures.error_of(false), 2.5);
  EXPECT_EQ(measures.loss(), 2);
  EXPECT_THAT(measures.headline().details, testing::HasSubstr("AUC 0.8750, 2 of 4 samples odd"));
}

TEST(Measures, AucOfPartsInAnyOrderIsThatOfTheWhole) {
  const std::vector<std::int32_t> odd{0, 1, 0, 1};
  Measures first(rebuilding(graph::Loss::Mse), 1, 4), second = first;
  second.add(std::span(kRebuilt).subspan(2),
             {.labels = std::span(odd).subspan(2), .targets = std::span(kNothing).first(2)}, 2);
  EXPECT_EQ(second.auc(), std::nullopt) << "half a set";
  first.add(std::span(kRebuilt).first(2),
            {.labels = std::span(odd).first(2), .targets = std::span(kNothing).first(2)}, 0);
  second.merge(first);
  EXPECT_EQ(second.auc(), 3.5 / 4);
}

TEST(Measures, AucNeedsBothKinds) {
  Measures measures(rebuilding(graph::Loss::Mse), 1, 4);
  measures.add(kRebuilt, {.labels = std::vector<std::int32_t>{0, 0, 0, 0}, .targets = kNothing});
  EXPECT_EQ(measures.auc(), std::nullopt);
  EXPECT_EQ(measures.error_of(true), std::nullopt);
}

TEST(Measures, UnderBceTheSigmoidIsWhatIsRebuilt) {
  Measures measures(rebuilding(graph::Loss::Bce), 1, 1);
  measures.add(std::vector<double>{0}, {.labels = {}, .targets = std::vector<float>{1}});
  EXPECT_EQ(measures.reconstruction_error(), 0.25);
  EXPECT_NEAR(measures.loss(), std::log(2.0), kTiny);
}

}  // namespace
