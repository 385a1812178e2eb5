// What a user would not want, told with the key that mends it.
#include "report/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/run_files.h"
#include "report/tensors.h"

namespace qfx::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

History history_of(const std::string& log) {
  std::vector<std::string> notes;
  History history = tell_history(parse_log(log, notes), notes);
  EXPECT_EQ(notes, std::vector<std::string>());
  return history;
}

Json findings(const std::string& log, const Json& tensors = Json::array()) {
  const History history = history_of(log);
  return findings_json(history.warnings, join_tensors(tensors, history));
}

// A parameter as model_json.h gives it.
Json parameter(const std::string& name, const std::string& role, const std::vector<int>& shape,
               int elements) {
  Json tensor = {{"name", name}, {"role", role}, {"shape", shape}, {"elements", elements}};
  for (const char* key : {"histogram", "minimum", "maximum", "used", "at_limit", "range_low",
                          "range_high", "narrow_low", "narrow_high"})
    tensor[key] = nullptr;
  tensor["format"] = "fixed<8,3,RND,SAT>";
  tensor["width"] = 8;
  tensor["frac_bits"] = {5};
  tensor["ones"] = {{"counts", {1}}};
  return tensor;
}

constexpr const char* kLog =
    R"({"event":"epoch","phase":"fixed","epoch":1,"formats":{"conv1":{"format":"fixed<8,3,RND,SAT>","frac_bits":[5]},"sm":{"format":"fixed<8,1,RND,WRAP>","frac_bits":[7]}},"overflows":{"conv1":0.5,"sm":0.1,"bn.scale":0.5}}
{"event":"frozen","overflows":{"conv1":0.02,"sm":0.1,"bn.scale":0.125}}
)";

TEST(Findings, AreOfTheFrozenModelTheWorstFirst) {
  const Json found = findings(kLog, Json::array({parameter("bn.scale", "scale", {16}, 16)}));
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0]["text"],
            "12.5 % (2 of 16) of bn.scale's values lie outside its format, fixed<8,3,RND,SAT>");
  EXPECT_EQ(found[0]["mend"],
            "[[format.override]]\nmatch = \"bn.scale\"\ngranularity = \"channel\"");
  EXPECT_THAT(found[1]["text"].get<std::string>(), HasSubstr("10.0 % of sm's values"));
  EXPECT_THAT(found[1]["mend"].get<std::string>(), HasSubstr("overflow = \"SAT\""))
      << "a value that wraps is worse than one that saturates";
  EXPECT_THAT(found[2]["text"].get<std::string>(), HasSubstr("2.00 % of conv1's values"));
  EXPECT_THAT(found[2]["mend"].get<std::string>(), HasSubstr("match = \"conv1\"\nwidth = 10"));
}

TEST(Findings, AShareOfAnEpochIsNoCountOfValues) {
  const Json found = findings(R"({"event":"frozen","overflows":{"bn.scale":0.2}})"
                              "\n",
                              Json::array({parameter("bn.scale", "scale", {16}, 16)}));
  EXPECT_THAT(found[0]["text"].get<std::string>(), Not(HasSubstr(" of 16")));
}

TEST(Findings, LittleIsNone) {
  EXPECT_THAT(findings(R"({"event":"frozen","overflows":{"conv1":0.009}})"
                       "\n"),
              SizeIs(0));
}

TEST(Findings, WhatTrainingWarnedOfIsToldOnceAndFirst) {
  const Json found =
      findings(std::string(
                   R"({"event":"warning","kind":"overflow","about":"conv1","text":"old"}
{"event":"warning","kind":"overflow","about":"conv1","text":"conv1 overflows; set calibration.method"}
{"event":"warning","kind":"chance","about":"","text":"near chance"}
{"event":"warning","kind":"empty"}
)") + kLog);
  ASSERT_THAT(found, SizeIs(4)) << "two warnings, sm and bn.scale";
  EXPECT_EQ(found[0]["text"], "conv1 overflows; set calibration.method");
  EXPECT_EQ(found[1]["text"], "near chance");
  EXPECT_EQ(found[1]["mend"], nullptr);
  EXPECT_EQ(found[2]["about"], "bn.scale");
}

TEST(Findings, AWarningAboutATensorBringsWhatToWrite) {
  const std::string log =
      R"({"event":"warning","kind":"overflow","about":"conv1","text":"'conv1' overflows: more int_bits"}
{"event":"warning","kind":"overflow","about":"","text":"2 more tensors overflow"}
)";
  const Json found = findings(log + kLog);
  ASSERT_THAT(found, SizeIs(3)) << "conv1, and the two others one by one";
  EXPECT_EQ(found[0]["mend"], "[[format.override]]\nmatch = \"conv1\"\nint_bits = 4");
  const Json alone = findings(
      log + R"({"event":"frozen","formats":{"conv1":{"format":"nonsense","frac_bits":[5]}}})" +
      "\n");
  ASSERT_THAT(alone, SizeIs(2));
  EXPECT_EQ(alone[0]["mend"], "[[format.override]]\nmatch = \"conv1\"\nwidth = 10");
  EXPECT_EQ(alone[1]["text"], "2 more tensors overflow");
}

TEST(Findings, AWeightThatIsAll0) {
  Json weight = parameter("fc.weight", "weight", {256, 784}, 200704);
  weight["minimum"] = weight["maximum"] = 0.0;
  const Json found = findings("", Json::array({weight}));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0]["kind"], "zeros");
  EXPECT_THAT(found[0]["mend"].get<std::string>(), HasSubstr("granularity"));
  weight["role"] = "bias";
  EXPECT_THAT(findings("", Json::array({weight})), SizeIs(0)) << "a bias may be 0";
}

TEST(Findings, ANameIsNoToml) {
  const Json found = findings(R"({"event":"frozen","overflows":{"a\"b\\":0.5}})"
                              "\n");
  EXPECT_THAT(found[0]["mend"].get<std::string>(), HasSubstr(R"(match = "a\"b\\")"));
}

// A histogram against one channel's range says nothing of the others.
TEST(JoinTensors, ATensorOfManyPointsIsJudgedByItsOwnRanges) {
  Json weight = parameter("conv.weight", "weight", {2, 4}, 8);
  weight["frac_bits"] = {5, 8};
  weight["range_low"] = -4.0;
  weight["range_high"] = 3.96875;
  weight["narrow_low"] = -0.5;
  weight["narrow_high"] = 0.49609375;
  weight["used"] = 0.9;
  const History history = history_of(
      R"({"event":"histogram","tensor":"conv.weight","low":-4,"high":4,"counts":[1,2,2,1],"minimum":-3.5,"maximum":3.5,"range_low":-0.5,"range_high":0.49}
{"event":"histogram","tensor":"new.weight","low":-4,"high":4,"counts":[1,2,2,1],"minimum":-3.5,"maximum":3.5,"range_low":-0.5,"range_high":0.49}
{"event":"frozen","formats":{"new.weight":{"format":"fixed<8,3,RND,SAT>","frac_bits":[5,8,1e300]}}}
)");
  const Json joined = join_tensors(Json::array({weight}), history);
  EXPECT_EQ(joined[0]["histogram"]["range_high"], 3.96875);
  EXPECT_EQ(joined[0]["histogram"]["narrow_high"], 0.49609375);
  EXPECT_EQ(joined[0]["used"], 0.9);
  EXPECT_EQ(joined[1]["used"], nullptr) << "nobody knows channel by channel";
  EXPECT_EQ(joined[1]["histogram"]["range_high"], 3.96875);
}

}  // namespace
}  // namespace qfx::report
