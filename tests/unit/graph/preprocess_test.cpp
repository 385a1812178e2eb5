#include "qfx/graph/preprocess.h"

#include <gtest/gtest.h>

namespace qfx::graph {
namespace {

TEST(Preprocess, WorksChannelByChannelInDoubleAndRoundsOnce) {
  const Preprocess p{.divisor = 255, .mean = {0.1, 0.25}, .std = {0.3, 0.5}};
  const std::vector<float> samples{0, 255, 7, 128, 1, 2, 3, 4};  // two samples {2, 1, 2}
  std::vector<float> out(8);
  preprocess(p, {2, 1, 2}, samples, out);
  for (int i = 0; i < 8; ++i) {
    const int c = i / 2 % 2;
    EXPECT_EQ(out[i],
              static_cast<float>((static_cast<double>(samples[i]) / 255 - p.mean[c]) / p.std[c]))
        << i;
  }
}

TEST(Preprocess, DoesNothingByDefault) {
  const std::vector<float> samples{0, -1.5f, 3e-9f};
  std::vector<float> out(3);
  preprocess({}, {3}, samples, out);
  EXPECT_EQ(out, samples);
}

}  // namespace
}  // namespace qfx::graph
