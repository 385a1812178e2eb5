#include "qfx/report/run_table.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/synthetic_run.h"

#include "qfx/base/file.h"

namespace qfx::report {
namespace {

class RunTable : public ::testing::Test {
 protected:
  void file(const std::string& name, const std::string& content) {
    std::ofstream(folder_.path() / name) << content;
  }
  std::string table() { return run_table(folder_.path().string()); }
  TemporaryDirectory folder_;
};

TEST_F(RunTable, ShowsTheFourAccuraciesAndTheVerifyLine) {
  test::write_synthetic_run(folder_.path(), {});
  EXPECT_EQ(table(),
            "float accuracy                             91.62 %\n"
            "fixed-point accuracy (training emulation)  91.43 %  -0.19 points\n"
            "integer accuracy                           91.43 %  -0.19 points\n"
            "HLS accuracy                               91.43 %  -0.19 points\n"
            "vitis: 0 of 10000 images differ (0 of 100000 values)\n");
}

TEST_F(RunTable, HasALinePerTarget) {
  file("verify.json", R"({"images": 20, "values": 80, "runtime_accuracy": 0.95, "targets": [
      {"target": "vitis", "images_differ": 0, "values_differ": 0, "accuracy": 0.95}, "no target",
      {"target": "catapult", "images_differ": 2, "values_differ": 3, "accuracy": 0.9}]})");
  EXPECT_THAT(table(), ::testing::HasSubstr("HLS accuracy                               90.00 %\n"
                                            "vitis: 0 of 20 images differ (0 of 80 values)\n"
                                            "catapult: 2 of 20 images differ (3 of 80 values)\n"))
      << "the accuracy is that of the target which differs";
}

TEST_F(RunTable, MissingPartsAreDashes) {
  file("summary.json",
       R"({"float_accuracy": 0.9, "fixed_accuracy": 0.90000001, "ptq_accuracy": null})");
  EXPECT_EQ(table(),
            "float accuracy                             90.00 %\n"
            "fixed-point accuracy (training emulation)  90.00 %  +0.00 points\n"
            "integer accuracy                                 -\n"
            "HLS accuracy                                     -\n"
            "verify: -\n");
}

TEST_F(RunTable, AccuraciesOfOtherImagesHaveNoGap) {
  file("log.jsonl", R"({"event": "start", "test_images": 200})"
                    "\n");
  file("summary.json", R"({"float_accuracy": 0.9, "fixed_accuracy": 0.9})");
  file("verify.json", R"({"target": "hls", "images": 20, "accuracy": 0.95,
                          "runtime_accuracy": 0.95})");
  EXPECT_EQ(table(),
            "float accuracy                             90.00 %\n"
            "fixed-point accuracy (training emulation)  90.00 %  +0.00 points\n"
            "integer accuracy                           95.00 %  of 20 images\n"
            "HLS accuracy                               95.00 %  of 20 images\n"
            "verify: -\n");
}

TEST_F(RunTable, AGapThatRoundsToNothingHasNoMinus) {
  file("summary.json", R"({"float_accuracy": 0.9, "fixed_accuracy": 0.89999999})");
  EXPECT_THAT(table(), ::testing::HasSubstr("+0.00 points"));
}

TEST_F(RunTable, AnErrorHasItsOwnName) {
  file("summary.json", R"({"float_measure": 0.5, "fixed_measure": 0.51, "fixed_accuracy": null,
                           "measure": {"name": "RMSE", "higher_is_better": false}})");
  file("verify.json", R"({"runtime_measures": {"headline": {"name": "RMSE", "value": 0.51}}})");
  EXPECT_EQ(table(),
            "float RMSE                              0.5\n"
            "fixed-point RMSE (training emulation)  0.51  1.02 times float's\n"
            "integer RMSE                           0.51  1.02 times float's\n"
            "HLS RMSE                                  -\n"
            "verify: -\n");
}

TEST_F(RunTable, FieldsOfAnotherTypeAreMissing) {
  file("summary.json", R"({"float_accuracy": "high", "fixed_accuracy": [0.9]})");
  file("verify.json", R"({"target": 7, "images": "10000", "accuracy": 0.5})");
  EXPECT_THAT(table(), ::testing::HasSubstr(
                           "HLS accuracy                               50.00 %\nverify: -\n"));
}

}  // namespace
}  // namespace qfx::report
