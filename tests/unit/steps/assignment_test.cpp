// Parameters as they are cast, against the scalar law, and what a point's gradient adds up.
#include "qfx/steps/assignment.h"

#include <gtest/gtest.h>

#include "unit/steps/one_thread.h"

#include "qfx/fixed/khot.h"
#include "qfx/fixed/value.h"

namespace qfx::steps {
namespace {

Assignment assignment(std::vector<int> frac_bits) {
  return {.format = {.width = 6,
                     .int_bits = 6 - frac_bits[0],
                     .rounding = fixed::Rounding::RND,
                     .overflow = fixed::Overflow::SAT},
          .frac_bits = std::move(frac_bits)};
}

TEST(Assignment, CastsEachChannelToItsPoint) {
  Assignment a = assignment({2, 4});
  a.k_hot = 1;
  const std::vector<double> x{0.8, 5.3, -1.9, 0.8, 5.3, -1.9};
  std::vector<double> y(x.size());
  cast_array(x.data(), y.data(), point_extent(a, 6), a);
  for (std::size_t i = 0; i < x.size(); ++i) {
    fixed::Format format = a.format;
    const int frac_bits = a.frac_bits[i / 3];
    format.int_bits = format.width - frac_bits;
    const std::int64_t raw =
        fixed::project_khot(fixed::raw_from_double(x[i], format), 1, false, format);
    EXPECT_EQ(y[i], fixed::to_double(raw, frac_bits)) << i;
  }
}

TEST(Assignment, AddsUpBlocksPerChannel) {
  OverflowCount count{1, 10};
  Assignment a = assignment({2, 4});
  a.count = &count;
  EXPECT_EQ(point_gradient(a, {{1, 2}, {10, 0}, {0.5, 1}, {-4, 0}}, 6),
            (std::vector<float>{1.5F, 6}));
  EXPECT_EQ(count.overflows, 4);
  EXPECT_EQ(count.values, 16);
}

TEST(Assignment, CountsWhatTheFormatDoesNotHold) {
  OverflowCount count;
  Assignment a = assignment({2, 4});  // up to 7.75, up to 1.9375
  a.count = &count;
  const std::vector<float> x{7, 9, -9, 7, 1, -1};
  count_overflows(x.data(), 6, a, one_thread);
  EXPECT_EQ(count.values, 6);
  EXPECT_EQ(count.overflows, 3);
}

}  // namespace
}  // namespace qfx::steps
