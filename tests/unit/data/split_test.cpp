// What is split off by a share: fair to classes, the same every time, disjoint, within limits.
#include "data/split.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "support/data_files.h"
#include "support/rng.h"
#include "support/user_error.h"

#include "qfx/base/file.h"

namespace qfx::data {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace qfx::test;

TEST(ShareOf, IsEvenlySpaced) {
  EXPECT_THAT(share_of({}, 8, 0.25),
              ElementsAre(false, true, false, false, false, true, false, false));
  EXPECT_THAT(share_of({}, 4, 0.5), ElementsAre(false, true, false, true));
  EXPECT_THAT(share_of({7, 7, 7}, 3, 0.1), ElementsAre(false, false, false));
}

TEST(ShareOf, TakesItsShareOfEveryClassAndNeverTheFirst) {
  Rng rng(5);
  for (const double share : {0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 0.9}) {
    std::vector<std::int32_t> labels;
    std::map<std::int32_t, int> all, taken;
    for (int i = 0; i < 700; ++i) {
      labels.push_back(static_cast<std::int32_t>(rng.below(1 + rng.below(9))));
      ++all[labels.back()];
    }
    const std::vector<bool> chosen = share_of(labels, 700, share);
    std::set<std::int32_t> seen;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (seen.insert(labels[i]).second) {
        EXPECT_FALSE(chosen[i]);
      }
      taken[labels[i]] += chosen[i];
    }
    for (const auto& [label, count] : all)
      EXPECT_NEAR(taken[label], share * count, std::max(0.5, share) + 1e-6)
          << share << " of class " << label;
  }
}

class Shares : public ::testing::Test {
 protected:
  void SetUp() override {
    // 40 samples of 2 values, of class 0 and 1 by turns; a sample's first byte is its number.
    std::string values, labels;
    for (int i = 0; i < 40; ++i) {
      values += {static_cast<char>(i), 'x'};
      labels += static_cast<char>(i % 2);
    }
    write(folder_.path() / "train_x.npy", npy("|u1", "(40, 2)", values));
    write(folder_.path() / "train_y.npy", npy("|u1", "(40,)", labels));
    write(folder_.path() / "test_x.npy", npy("|u1", "(2, 2)", "abcd"));
    write(folder_.path() / "test_y.npy", npy("|u1", "(2,)", std::string("\0\1", 2)));
    source_ = "npy:" + folder_.path().string();
  }
  static std::vector<int> numbers(const Dataset& set) {
    std::vector<int> all;
    for (std::int64_t i = 0; i < set.size(); ++i) {
      all.push_back(set.bytes[static_cast<std::size_t>(2 * i)]);
      EXPECT_EQ(set.labels[static_cast<std::size_t>(i)], all.back() % 2);
    }
    return all;
  }

  TemporaryDirectory folder_;
  Source source_;
};

TEST_F(Shares, ValidationIsWhatTrainLeavesOut) {
  source_.validation = 0.1;
  EXPECT_TRUE(has_validation(source_));
  const std::vector<int> kept = numbers(load(source_, Split::Train));
  const std::vector<int> taken = numbers(load(source_, Split::Validation));
  EXPECT_EQ(kept.size(), 36u);
  EXPECT_THAT(taken, ElementsAre(8, 9, 28, 29)) << "two of each class";
  std::set<int> both(kept.begin(), kept.end());
  both.insert(taken.begin(), taken.end());
  EXPECT_EQ(both.size(), 40u);
  EXPECT_EQ(load(source_, Split::Test).size(), 2);
  EXPECT_EQ(numbers(load(source_, Split::Validation)), taken);
}

TEST_F(Shares, ALimitCountsBothParts) {
  source_.validation = 0.25;
  const std::vector<int> kept = numbers(load(source_, Split::Train, 16));
  const std::vector<int> taken = numbers(load(source_, Split::Validation, 16));
  EXPECT_EQ(kept.size(), 12u);
  EXPECT_EQ(taken.size(), 4u);
  EXPECT_LT(kept.back(), 16);
  EXPECT_LT(taken.back(), 16);
  EXPECT_EQ(load(source_, Split::Train, 1).size(), 1) << "an example of its shape";
}

TEST_F(Shares, ValuesAreSplitAlike) {
  source_.targets = Targets::Values;
  source_.validation = 0.1;
  const Dataset set = load(source_, Split::Validation);
  EXPECT_EQ(set.size(), 4);
  ASSERT_EQ(set.targets.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(set.targets[i], set.bytes[2 * i] % 2);
}

TEST_F(Shares, SharesThatCannotBeAreTold) {
  source_.validation = 0.01;
  EXPECT_THAT(user_error_of([&] { load(source_, Split::Validation); }),
              AllOf(HasSubstr("data.validation = 0.01"), HasSubstr("less than one")));
  source_.validation = 0;
  EXPECT_THAT(user_error_of([&] { load(source_, Split::Validation); }),
              AllOf(HasSubstr("no validation split"), HasSubstr("validation = 0.1")));
  source_.test = 0.2;
  EXPECT_THAT(user_error_of([&] { load(source_, Split::Train); }),
              AllOf(HasSubstr("data.test"), HasSubstr("a test split of its own")));
}

}  // namespace
}  // namespace qfx::data
