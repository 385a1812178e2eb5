#include "measure_text.h"

#include <gmock/gmock.h>

namespace qfx::command {
namespace {

using measure::Measures;
using testing::HasSubstr;
using testing::Not;

graph::Task task_of(graph::Loss loss, std::vector<std::string> names = {}) {
  return {.loss = loss, .rebuilds_input = false, .names = std::move(names)};
}

TEST(MeasureText, ShowsClassesWorstFirstAndTheMatrix) {
  Measures measures(task_of(graph::Loss::CrossEntropy, {"cat", "dog", "eel"}), 3);
  measures.add(std::vector<double>{1, 0, 0, 0, 2, 0, 0, 2, 0, 2, 0, 0},
               {.labels = std::vector<std::int32_t>{0, 0, 1, 0}, .targets = {}});
  EXPECT_EQ(headline_text(measures, "images of x"), "accuracy: 75.00 % (3 of 4 images of x)");
  EXPECT_THAT(measures_text(measures), HasSubstr("class  samples  answers    recall  precision\n"
                                                 "0 cat        3        2   66.67 %   100.00 %\n"
                                                 "1 dog        1        2  100.00 %    50.00 %\n"
                                                 "2 eel        0        0         -          -\n"
                                                 "answered:  0  1  2\n"
                                                 "0 cat      2  1  .\n"
                                                 "1 dog      .  1  .\n"
                                                 "2 eel      .  .  .\n"));
}

TEST(MeasureText, OfManyClassesTheTenWorst) {
  Measures measures(task_of(graph::Loss::CrossEntropy), 13);
  std::vector<double> row(13);
  row[12] = 1;
  for (std::int32_t label : {12, 5})
    measures.add(row, {.labels = std::vector<std::int32_t>{label}, .targets = {}});
  const std::string text = measures_text(measures);
  EXPECT_THAT(text, HasSubstr("precision\n5            1        0    0.00 %          -\n12 "));
  EXPECT_THAT(text, HasSubstr("and 3 more with better recall; --json has them all\n"));
  EXPECT_THAT(text, Not(HasSubstr("answered")));
}

TEST(MeasureText, ShowsOutputsLabelsAndWhatIsRebuilt) {
  Measures values(task_of(graph::Loss::Mse, {"watts", "volts"}), 2);
  values.add(std::vector<double>{1, 2, 3, 2},
             {.labels = {}, .targets = std::vector<float>{1, 2, 3, 4}});
  EXPECT_EQ(headline_text(values, "samples of x"), "RMSE: 1 (MAE 0.5, R2 0.0000; 2 samples of x)");
  EXPECT_THAT(measures_text(values), HasSubstr("output    RMSE  MAE       R2\n"
                                               "1 volts  1.414    1  -1.0000\n"
                                               "0 watts      0    0   1.0000\n"));
  Measures labels(task_of(graph::Loss::Bce, {"rain"}), 1);
  labels.add(std::vector<double>{1, -1}, {.labels = {}, .targets = std::vector<float>{1, 1}});
  EXPECT_THAT(measures_text(labels), HasSubstr("0 rain        2        1  50.00 %   100.00 %\n"));
  Measures rebuilt({.loss = graph::Loss::Mse, .rebuilds_input = true, .names = {}}, 1, 2);
  rebuilt.add(std::vector<double>{1, 3},
              {.labels = std::vector<std::int32_t>{0, 1}, .targets = std::vector<float>{0, 0}});
  EXPECT_THAT(headline_text(rebuilt, "samples of x"), HasSubstr("reconstruction error: 5 (mean"));
  EXPECT_THAT(measures_text(rebuilt), HasSubstr("mean error of odd samples: 9, of the others: 1"));
}

}  // namespace
}  // namespace qfx::command
