// What training says of samples before it begins.
#include "train/run/data_warnings.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/rng.h"

namespace qfx::train {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Columns from 0 to these.
data::Dataset columns(const std::vector<float>& largest, int samples = 200) {
  test::Rng rng(1);
  data::Dataset set;
  set.name = "columns";
  set.sample_shape = {static_cast<std::int64_t>(largest.size())};
  for (int i = 0; i < samples; ++i) {
    // Both ends are there, the rest lies between.
    const auto part = [&] {
      return i == 0 ? 0.0F : i == 1 ? 1.0F : static_cast<float>(rng.below(1001)) / 1000;
    };
    for (const float high : largest) set.floats.push_back(high * part());
  }
  return set;
}

graph::Input input_of(const data::Dataset& set, graph::Preprocess preprocess = {}) {
  return {.shape = set.sample_shape, .preprocess = std::move(preprocess)};
}

TEST(DataWarnings, ColumnsOfVeryDifferentSize) {
  data::Dataset set = columns({1, 700, 50, 30});
  EXPECT_THAT(data_warnings(input_of(set), set),
              ElementsAre(AllOf(HasSubstr("differ in size by 100 or more: 0 (0 to 1) beside 1 (0"),
                                HasSubstr("normalize = \"standard\""))));
  set.column_names = {"share", "volume", "a", "b"};
  EXPECT_THAT(data_warnings(input_of(set), set),
              ElementsAre(HasSubstr("'share' (0 to 1) beside 'volume'")));
  // What the recipe already does counts.
  const graph::Preprocess scaled{.mean = {0.5, 350, 25, 15}, .std = {0.3, 200, 15, 9}};
  EXPECT_THAT(data_warnings(input_of(set, scaled), set), IsEmpty());
  set = columns({1, 60});
  EXPECT_THAT(data_warnings(input_of(set), set), IsEmpty());
}

TEST(DataWarnings, AnOffsetHidesWhatMoves) {
  data::Dataset set = columns({1, 1});
  for (std::size_t i = 0; i < set.floats.size(); i += 2) set.floats[i] += 1000;
  EXPECT_THAT(data_warnings(input_of(set), set), ElementsAre(HasSubstr("0 (1000 to 1001)")));
}

TEST(DataWarnings, AConstantColumnAndAFewOfManyAreNone) {
  data::Dataset set = columns({1, 1, 0});
  EXPECT_THAT(data_warnings(input_of(set), set), IsEmpty());
  std::vector<float> many(300, 1.0F);
  many[7] = 0.001F;
  set = columns(many);
  EXPECT_THAT(data_warnings(input_of(set), set), IsEmpty()) << "a pixel that hardly moves";
}

TEST(DataWarnings, PixelsThatNobodyDivided) {
  data::Dataset set = columns({1, 1});
  for (float& value : set.floats) value = std::floor(value * 255);
  EXPECT_THAT(data_warnings(input_of(set), set),
              ElementsAre(HasSubstr("normalize = { divisor = 256 }")));
  EXPECT_THAT(data_warnings(input_of(set, {.divisor = 256}), set), IsEmpty());
}

TEST(DataWarnings, NotesComeFirstAndOnce) {
  data::Dataset set = columns({1, 700}), test = columns({1, 1});
  set.notes = {"one", "two"};
  test.notes = {"two", "three"};
  EXPECT_THAT(data_warnings(input_of(set), set, {&test}),
              ElementsAre("one", "two", "three", HasSubstr("differ in size")));
}

}  // namespace
}  // namespace qfx::train
