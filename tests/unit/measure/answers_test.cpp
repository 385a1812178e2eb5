#include "qfx/measure/answers.h"

#include <gmock/gmock.h>

#include "support/user_error.h"

namespace {

using namespace qfx;
using measure::Answers;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

data::Dataset samples_of_two() {
  data::Dataset set;
  set.name = "npy:x";
  set.sample_shape = {2};
  set.floats = {1, 2, 3, 4};
  return set;
}

graph::Task asking(graph::Loss loss, bool rebuilds_input = false) {
  return {.loss = loss, .rebuilds_input = rebuilds_input, .names = {}};
}

const graph::Input kInput{.shape = {2}, .preprocess = {}};

TEST(Answers, OfClassesAreLabels) {
  data::Dataset set = samples_of_two();
  set.labels = {1, 2};
  Answers answers(asking(graph::Loss::CrossEntropy), kInput, 3, set);
  ASSERT_TRUE(answers.known());
  EXPECT_THAT(answers.of(1, 1).labels, ElementsAre(2));
  EXPECT_TRUE(answers.of(1, 1).targets.empty());
}

TEST(Answers, AreNotKnownWhereTheSetSaysNone) {
  const data::Dataset set = samples_of_two();
  for (const graph::Loss loss : graph::kLosses)
    EXPECT_FALSE(Answers(asking(loss), kInput, 3, set).known()) << graph::to_string(loss);
}

TEST(Answers, OfValuesAreTargets) {
  data::Dataset set = samples_of_two();
  set.targets = {5, 6, 7, 8};
  set.target_size = 2;
  Answers answers(asking(graph::Loss::Mse), kInput, 2, set);
  EXPECT_THAT(answers.of(1, 1).targets, ElementsAre(7, 8));
}

TEST(Answers, OfARebuildingNetworkAreItsPreprocessedSamples) {
  data::Dataset set = samples_of_two();
  set.labels = {0, 1};
  graph::Input input = kInput;
  input.preprocess.divisor = 2;
  Answers answers(asking(graph::Loss::Mse, true), input, 2, set);
  const measure::Truth truth = answers.of(1, 1);
  EXPECT_THAT(truth.targets, ElementsAre(1.5F, 2.0F));
  EXPECT_THAT(truth.labels, ElementsAre(1));
}

TEST(Answers, LabelsThatAreClassesDoNotTellWhatIsOdd) {
  data::Dataset set = samples_of_two();
  set.labels = {0, 7};
  Answers answers(asking(graph::Loss::Mse, true), kInput, 2, set);
  EXPECT_TRUE(answers.of(0, 2).labels.empty());
}

TEST(Answers, MustFitTheNetwork) {
  data::Dataset set = samples_of_two();
  const auto sentence = [&](graph::Task task, std::int64_t outputs) {
    return test::user_error_of([&] { Answers(task, kInput, outputs, set); });
  };
  set.labels = {0, 3};
  EXPECT_THAT(sentence(asking(graph::Loss::CrossEntropy), 3),
              AllOf(HasSubstr("sample 1 of npy:x has label 3"), HasSubstr("3 outputs")));
  set.labels = {};
  set.targets = {0.5F, 1.5F};
  set.target_size = 1;
  EXPECT_THAT(sentence(asking(graph::Loss::Mae), 3),
              AllOf(HasSubstr("npy:x has 1 target values a sample"), HasSubstr("3 outputs")));
  EXPECT_THAT(sentence(asking(graph::Loss::Bce), 1),
              AllOf(HasSubstr("sample 1 of npy:x has the target 1.5"), HasSubstr("0 to 1")));
  EXPECT_THAT(sentence(asking(graph::Loss::Mse, true), 3),
              AllOf(HasSubstr("rebuilds its input"), HasSubstr("3 outputs")));
}

}  // namespace
