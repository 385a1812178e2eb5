// The real Fashion-MNIST of Debian's package dataset-fashion-mnist.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

#include "qfx/data/dataset.h"

namespace qfx::data {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

std::vector<std::int32_t> first_labels(const Dataset& set) {
  return {set.labels.begin(), set.labels.begin() + 10};
}

std::vector<std::int64_t> class_sizes(const Dataset& set) {
  std::vector<std::int64_t> sizes(10);
  for (std::int32_t label : set.labels) ++sizes[static_cast<std::size_t>(label)];
  return sizes;
}

TEST(FashionMnist, Train) {
  const Dataset set = load("fashion-mnist", Split::Train);
  EXPECT_EQ(set.size(), 60000);
  EXPECT_EQ(set.class_count, 10);
  EXPECT_THAT(set.sample_shape, ElementsAre(1, 28, 28));
  EXPECT_EQ(set.bytes.size(), 60000u * 784);
  EXPECT_THAT(first_labels(set), ElementsAre(9, 0, 0, 3, 0, 2, 7, 2, 5, 5));
  EXPECT_THAT(class_sizes(set), Each(6000));
  // The published mean of the pixels is 0.2860.
  const double mean = std::accumulate(set.bytes.begin(), set.bytes.end(), 0.0) /
                      static_cast<double>(set.bytes.size()) / 255;
  EXPECT_NEAR(mean, 0.2860, 5e-5);
}

TEST(FashionMnist, Test) {
  const Dataset set = load("fashion-mnist", Split::Test);
  EXPECT_EQ(set.size(), 10000);
  EXPECT_THAT(first_labels(set), ElementsAre(9, 2, 1, 1, 6, 1, 4, 6, 5, 7));
  EXPECT_THAT(class_sizes(set), Each(1000));
  const Dataset hundred = load("fashion-mnist", Split::Test, 100);
  EXPECT_EQ(hundred.size(), 100);
  EXPECT_TRUE(std::equal(hundred.bytes.begin(), hundred.bytes.end(), set.bytes.begin()));
}

}  // namespace
}  // namespace qfx::data
