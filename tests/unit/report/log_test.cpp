// Logs as runs leave them: whole, half-written, from another version, with numbers that are none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/history.h"
#include "report/run_files.h"

namespace qfx::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Told {
  std::vector<std::string> notes;
  History history;
};

Told told(const std::string& log) {
  Told out;
  const auto events = parse_log(log, out.notes);
  out.history = tell_history(events, out.notes);
  return out;
}

TEST(ParseLog, LeavesOutAHalfWrittenLastLine) {
  std::vector<std::string> notes;
  EXPECT_THAT(parse_log("{\"event\":\"start\"}\n\n{\"event\":\"epo", notes), SizeIs(1));
  EXPECT_THAT(notes, ElementsAre(HasSubstr("line 3, the last, is only half written")));
}

TEST(ParseLog, LeavesOutWhatIsNoObject) {
  std::vector<std::string> notes;
  EXPECT_THAT(parse_log("[1]\nnonsense\n{\"event\":\"start\"}\n", notes), SizeIs(1));
  EXPECT_THAT(notes, ElementsAre(HasSubstr("line 1"), HasSubstr("line 2")));
}

TEST(ParseLog, ReadsBareNanAsMissing) {
  std::vector<std::string> notes;
  const auto events =
      parse_log(R"({"event":"epoch","train_loss":NaN,"x":-Infinity,"note":"NaN \"NaN"})", notes);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_THAT(notes, IsEmpty());
  EXPECT_TRUE(events[0]["train_loss"].is_null());
  EXPECT_EQ(events[0]["note"], "NaN \"NaN") << "text stays";
}

TEST(TellHistory, NamesUnknownEventsOnce) {
  const Told t = told("{\"event\":\"dance\"}\n{\"event\":\"dance\"}\n{}\n");
  EXPECT_THAT(t.notes, ElementsAre(HasSubstr("(no name), dance")));
}

TEST(TellHistory, FollowsATensorThroughItsMoments) {
  const Told t = told(
      R"({"event":"calibrated","method":"mse","images":512,"test_accuracy":0.8,"formats":{"conv1":{"format":"fixed<8,3,RND,SAT>","frac_bits":[5],"f":[5.2]}}}
{"event":"epoch","phase":"float","epoch":1,"test_accuracy":0.9}
{"event":"epoch","phase":"fixed","epoch":1,"formats":{"conv1":{"format":"fixed<8,4,RND,SAT>","frac_bits":[4],"f":[4.4]}},"overflows":{"conv1":0.01},"changes":{"conv1":1}}
{"event":"epoch","phase":"fixed","epoch":2,"formats":{"bn1":{"format":"fixed<8,2>","frac_bits":[6,7],"f":[6.1,6.9]}},"overflows":{"conv1":"much"}}
{"event":"frozen","test_accuracy":0.89,"formats":{"conv1":{"format":"fixed<8,4,RND,SAT>","frac_bits":[4]}},"overflows":{"conv1":0.02},"zeros":{"conv1":0.5}}
)");
  EXPECT_THAT(t.notes, IsEmpty());
  EXPECT_THAT(t.history.moments, ElementsAre("calibrated", "1", "2", "frozen"));
  EXPECT_THAT(t.history.epochs, SizeIs(3));
  EXPECT_EQ(t.history.frozen_accuracy, 0.89);
  const Json conv1 = history_json(t.history.tensors.at("conv1"), 4);
  EXPECT_EQ(
      conv1,
      Json::parse(
          R"({"frac_bits":[[5],[4],null,[4]],"f":[[5.2],[4.4],null,null],"overflow":[null,0.01,null,0.02],"zeros":[null,null,null,0.5],"changes":[null,1,null,null]})"));
  EXPECT_EQ(t.history.tensors.at("conv1").format, "fixed<8,4,RND,SAT>");
  EXPECT_EQ(history_json(t.history.tensors.at("bn1"), 4)["frac_bits"][2], Json({6, 7}));
}

TEST(TellHistory, KnowsWhatCalibrationDidToEachLayer) {
  const Told t = told(
      R"({"event":"refined","steps":["bias correction: less"],"layers":{"conv1":{"calibrated":0.2,"refined":0.1}}}
)");
  EXPECT_THAT(t.history.steps, ElementsAre("bias correction: less"));
  EXPECT_EQ(t.history.errors.at("conv1"), Json::parse(R"({"calibrated":0.2,"refined":0.1})"));
}

// Older logs hold how many samples the recipe asked for.
TEST(TellHistory, CalibratesOnNoMoreSamplesThanThereAre) {
  const Told t = told(
      R"({"event":"start","train_images":100}
{"event":"calibrated","images":512,"test_accuracy":0.8}
)");
  EXPECT_EQ(t.history.calibrated["images"], 100);
}

TEST(TellHistory, TakesTheMeasureOfTheTask) {
  const Told t = told(
      R"({"event":"calibrated","images":7,"validation_measure":0.5,"measure":{"name":"RMSE","higher_is_better":false}}
{"event":"epoch","phase":"fixed","epoch":1,"validation_measure":0.4}
{"event":"frozen","test_measure":0.45,"kept":"epoch 1"}
)");
  EXPECT_EQ(t.history.calibrated["validation_accuracy"], 0.5);
  EXPECT_EQ(t.history.epochs[0]["validation_accuracy"], 0.4);
  EXPECT_EQ(t.history.epochs[0]["test_accuracy"], nullptr);
  EXPECT_EQ(t.history.frozen_accuracy, 0.45);
  EXPECT_EQ(t.history.kept, "epoch 1");
  EXPECT_EQ(t.history.measure["name"], "RMSE");
}

TEST(TellHistory, CountsAnEpochThatWasLoggedTwiceOnce) {
  const Told t = told(
      R"({"event":"epoch","phase":"fixed","epoch":1,"test_accuracy":0.1}
{"event":"resumed","phase":"fixed","step":10}
{"event":"epoch","phase":"fixed","epoch":1,"test_accuracy":0.2}
)");
  ASSERT_THAT(t.history.epochs, SizeIs(1));
  EXPECT_EQ(t.history.epochs[0]["test_accuracy"], 0.2);
  EXPECT_THAT(t.history.resumed, ElementsAre(1));
  EXPECT_THAT(t.history.moments, ElementsAre("1"));
}

TEST(TellHistory, TakesOnlyHistogramsThatMakeSense) {
  const Told t = told(
      R"({"event":"histogram","tensor":"a","low":1,"high":1,"counts":[1]}
{"event":"histogram","tensor":"b","low":0,"high":1,"counts":[]}
{"event":"histogram","tensor":"c","low":0,"high":1}
{"event":"histogram","tensor":"e","low":-1e308,"high":1e308,"counts":[1]}
{"event":"histogram","low":0,"high":1,"counts":[1]}
{"event":"histogram","tensor":"d","low":0,"high":1,"counts":[1,null,2],"range_high":null}
)");
  EXPECT_THAT(t.history.tensors, SizeIs(1));
  EXPECT_EQ(t.history.tensors.at("d").histogram["counts"], Json({1, 0, 2}));
}

TEST(TellHistory, SurvivesEveryFieldBeingWrong) {
  for (const char* event :
       {"start", "carriers", "refined", "calibrated", "epoch", "histogram", "resumed", "frozen"})
    for (const char* value :
         {"null", "7", "\"text\"", "[1,[2]]", "{\"a\":{\"b\":[null]}}", "{\"a\":7}"}) {
      Json line = {{"event", event}, {"phase", "fixed"}};
      for (const char* key : {"name", "layers", "formats", "overflows", "changes", "tensor", "low",
                              "steps", "high", "counts", "epoch", "test_accuracy"})
        line[key] = Json::parse(value);
      EXPECT_NO_THROW(told(line.dump() + "\n")) << line;
      line["phase"] = Json::parse(value);
      EXPECT_NO_THROW(told(line.dump() + "\n")) << line;
    }
}

}  // namespace
}  // namespace qfx::report
