#include "qfx/measure/json.h"

#include <gtest/gtest.h>

namespace {

using namespace qfx;
using measure::Measures;

TEST(MeasuresJson, OfNothingIsNull) {
  EXPECT_TRUE(measure::to_json(Measures({}, 3)).is_null());
}

TEST(MeasuresJson, OfClassesHasNamesAndTheMatrix) {
  Measures measures(
      {.loss = graph::Loss::CrossEntropy, .rebuilds_input = false, .names = {"shirt", "boot"}}, 2);
  measures.add(std::vector<double>{1, 0, 1, 0},
               {.labels = std::vector<std::int32_t>{0, 1}, .targets = {}});
  const auto json = measure::to_json(measures);
  EXPECT_EQ(json["headline"]["name"], "accuracy");
  EXPECT_EQ(json["headline"]["value"], 0.5);
  EXPECT_EQ(json["headline"]["text"], "50.00 %");
  EXPECT_EQ(json["loss"]["name"], "cross_entropy");
  EXPECT_EQ(json["samples"], 2);
  EXPECT_EQ(json["classes"][1]["name"], "boot");
  EXPECT_EQ(json["classes"][1]["recall"], 0.0);
  EXPECT_TRUE(json["classes"][1]["precision"].is_null());
  EXPECT_EQ(json["confusion"].dump(), "[[1,0],[1,0]]");
}

TEST(MeasuresJson, OfValuesHasEachOutputByName) {
  Measures measures({.loss = graph::Loss::Mse, .rebuilds_input = false, .names = {"watts"}}, 1);
  measures.add(std::vector<double>{1, 2}, {.labels = {}, .targets = std::vector<float>{1, 4}});
  const auto json = measure::to_json(measures);
  EXPECT_EQ(json["headline"]["higher_is_better"], false);
  EXPECT_EQ(json["outputs"][0]["name"], "watts");
  EXPECT_EQ(json["outputs"][0]["mae"], 1.0);
  EXPECT_EQ(json["mae"], 1.0);
}

TEST(MeasuresJson, OfLabelsAndOfWhatIsRebuiltHaveTheirOwn) {
  Measures labels({.loss = graph::Loss::Bce, .rebuilds_input = false, .names = {}}, 1);
  labels.add(std::vector<double>{1, 2}, {.labels = {}, .targets = std::vector<float>{1, 0}});
  const auto json = measure::to_json(labels);
  EXPECT_EQ(json["exact_match"], 0.5);
  EXPECT_EQ(json["labels"][0]["precision"], 0.5);
  EXPECT_EQ(json["labels"][0]["name"], "0");

  Measures rebuilt({.loss = graph::Loss::Mse, .rebuilds_input = true, .names = {}}, 1, 2);
  rebuilt.add(std::vector<double>{1, 2},
              {.labels = std::vector<std::int32_t>{0, 1}, .targets = std::vector<float>{0, 0}});
  const auto of_rebuilt = measure::to_json(rebuilt);
  EXPECT_EQ(of_rebuilt["auc"], 1.0);
  EXPECT_EQ(of_rebuilt["odd"], 1);
  EXPECT_EQ(of_rebuilt["error_of_odd"], 4.0);
}

}  // namespace
