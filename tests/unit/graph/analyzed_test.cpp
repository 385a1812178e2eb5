#include "qfx/graph/analyzed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "support/small_models.h"
#include "support/user_error.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/file.h"

namespace qfx::graph {
namespace {

using test::user_error_of;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr fixed::Format kWholeByte{.width = 8, .int_bits = 8, .overflow = fixed::Overflow::SAT};
constexpr fixed::Format kWholeWord{.width = 32, .int_bits = 32, .overflow = fixed::Overflow::SAT};

FrozenModel products(const fixed::Format& format, const FrozenParam& weight) {
  return test::chain(
      {2}, format,
      {{Linear{.out_features = 1, .has_bias = false}, format, {{Role::Weight, weight}}}});
}

FrozenModel small() {
  return products(kWholeByte, test::constant({1, 2}, {3, -2}, 8, 8));
}

// Each sum of products takes 64 bits.
FrozenModel too_wide() {
  constexpr int kLowest = std::numeric_limits<std::int32_t>::min();
  return products(kWholeWord, test::constant({1, 2}, {kLowest, kLowest}, 32, 32));
}

TEST(Analyzed, HoldsTheModelAndItsRanges) {
  const Analyzed analyzed(small());
  EXPECT_EQ(analyzed.model(), small());
  EXPECT_EQ(analyzed.node(1).name, "n1");
  EXPECT_EQ(&analyzed.source(1), &analyzed.node(0));
  ASSERT_EQ(analyzed.ranges().size(), 2U);
  EXPECT_EQ(analyzed.source_range(1), (Interval{-128, 127}));
  EXPECT_EQ(analyzed.range(1).accumulator, (Interval{3 * -128 - 2 * 127, 3 * 127 + 2 * 128}));
}

TEST(Analyzed, CopiesShareTheModel) {
  const Analyzed one(small());
  const Analyzed copy = one;
  EXPECT_EQ(&copy.model(), &one.model());
}

TEST(Analyzed, RefusesWhatDoesNotVerifyAndWhatIsTooWide) {
  FrozenModel broken = small();
  broken.nodes[1].params.at(Role::Weight).raw[0] = 200;
  EXPECT_THAT(user_error_of([&] { Analyzed{broken}; }), HasSubstr("its format"));
  EXPECT_THAT(user_error_of([] { Analyzed{too_wide()}; }), HasSubstr("at most 63 are allowed"));
}

TEST(LoadAnalyzed, IsTheSavedModelAndNamesTheFileInErrors) {
  const TemporaryDirectory folder;
  const std::string path = folder.path() / "model.qfx";
  save(small(), path);
  EXPECT_EQ(load_analyzed(path).model(), small());
  save(too_wide(), path);
  EXPECT_THAT(user_error_of([&] { load_analyzed(path); }), StartsWith(path + ": node 'n1'"));
}

}  // namespace
}  // namespace qfx::graph
