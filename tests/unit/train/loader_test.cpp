// What a batch holds depends on the step alone, wherever the loader began.
#include "train/samples/loader.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "train/samples/augment.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

data::Dataset numbered_set(std::int64_t size) {
  data::Dataset set;
  set.name = "numbered";
  set.sample_shape = {1, 2, 3};
  set.class_count = 7;
  for (std::int64_t i = 0; i < size; ++i) {
    for (int pixel = 0; pixel < 6; ++pixel) set.bytes.push_back(static_cast<std::uint8_t>(i));
    set.labels.push_back(static_cast<std::int32_t>(i % 7));
  }
  return set;
}

LoaderSettings settings(std::int64_t batch_size) {
  return {.seed = 9,
          .batch_size = batch_size,
          .augment = {.flip = true, .crop_padding = 1},
          .input = {.shape = {1, 2, 3}}};
}

TEST(Loader, AnEpochVisitsEverySampleOnce) {
  std::vector<std::int64_t> order = epoch_order(1, 0, 100);
  EXPECT_NE(order, epoch_order(1, 1, 100));
  EXPECT_NE(order, epoch_order(2, 0, 100));
  EXPECT_EQ(order, epoch_order(1, 0, 100));
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::int64_t i = 0; i < 100; ++i) EXPECT_EQ(order[i], i);
}

TEST(Loader, GoesOnInTheMiddleWithTheSameBatches) {
  const data::Dataset set = numbered_set(50);
  Loader whole(set, settings(8), 0, 20), rest(set, settings(8), 9, 20);
  EXPECT_EQ(steps_per_epoch(set, 8), 6);
  for (std::int64_t step = 0; step < 20; ++step) {
    const Batch batch = whole.next();
    EXPECT_EQ(batch.samples.sizes(), (at::IntArrayRef{8, 1, 2, 3}));
    if (step < 9) continue;
    const Batch again = rest.next();
    EXPECT_TRUE(at::equal(batch.samples, again.samples));
    EXPECT_TRUE(at::equal(batch.labels, again.labels));
  }
}

TEST(Loader, StopsWithBatchesLeft) {
  const data::Dataset set = numbered_set(50);
  Loader loader(set, settings(8), 0, 1000);
  loader.next();
}

TEST(Augment, CropMovesAndFlipMirrors) {
  const std::vector<float> image{1, 2, 3, 4, 5, 6};
  bool mirrored = false, moved = false, kept = false;
  for (std::uint64_t key = 0; key < 200; ++key) {
    std::vector<float> flipped = image;
    Random random({key});
    augment({.flip = true}, {1, 2, 3}, random, flipped.data());
    mirrored |= flipped == std::vector<float>{3, 2, 1, 6, 5, 4};
    kept |= flipped == image;
    std::vector<float> cropped = image;
    augment({.crop_padding = 1}, {1, 2, 3}, random, cropped.data());
    moved |= cropped == std::vector<float>{5, 6, 0, 0, 0, 0};
  }
  EXPECT_TRUE(mirrored && moved && kept);
}

TEST(Augment, VectorsAreNoImages) {
  std::vector<float> vector(6);
  Random random({1});
  EXPECT_THROW(augment({.flip = true}, {6}, random, vector.data()), UserError);
}

}  // namespace
}  // namespace qfx::train
