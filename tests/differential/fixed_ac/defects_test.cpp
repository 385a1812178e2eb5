// What ac_fixed gets wrong, shown beside the right result: docs/header_defects.md. A test that
// fails here means that the header has been mended, and that fixed_ac_test.cpp may ask for more.
#include <cmath>
#include <csignal>
#include <gtest/gtest.h>
#include <limits>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

#include "ac.h"

namespace qfx::fixed::matrix {
namespace {

// 1: a shift to the left past the target's words looks for overflow in front of the source.
TEST(AcDefect, FarShiftToTheLeftReadsInFrontOfTheSource) {
  struct Frame {
    std::int32_t in_front[16];
    ac_fixed<4, 482> source;
  };
  const auto saturated = [](std::int32_t junk) {
    Frame frame;
    for (std::int32_t& word : frame.in_front) word = junk;
    frame.source = 0;
    ac_fixed<4, 4, true, AC_TRN, AC_SAT> target = frame.source;
    return target.to_double();
  };
  EXPECT_EQ(saturated(0), 0.0);
  EXPECT_EQ(saturated(1), 7.0);  // right: 0
}

// 2: a shift to the right past the source's words looks for ones behind the source: at the end of a
// page that another one without access follows, the program ends.
TEST(AcDefect, FarShiftToTheRightReadsBehindTheSource) {
  using Source = ac_fixed<8, 4>;
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* pages = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  char* end = static_cast<char*>(pages) + page;
  ASSERT_EQ(mprotect(end, page, PROT_NONE), 0);
  const Source* last = new (end - sizeof(Source)) Source(1);
  const auto round = [&] {
    volatile double rounded = ac_fixed<4, 50, true, AC_RND_INF>(*last).to_double();
    static_cast<void>(rounded);
  };
  EXPECT_EXIT(round(), testing::KilledBySignal(SIGSEGV), "");  // right: 0
  munmap(pages, 2 * page);
}

// 3: NaN and the infinities are taken for huge numbers.
TEST(AcDefect, NanAndInfinityAreHugeNumbers) {
  using Saturated = ac_fixed<4, 4, true, AC_TRN, AC_SAT>;
  EXPECT_EQ(Saturated(std::nan("")).to_double(), 7.0);
  EXPECT_EQ(Saturated(std::numeric_limits<double>::infinity()).to_double(), 7.0);
  EXPECT_EQ(Saturated(-std::numeric_limits<double>::infinity()).to_double(), -8.0);
}

// 4: a tiny negative double is zero, though TRN rounds down.
TEST(AcDefect, NegativeDenormalIsZero) {
  using Truncated = ac_fixed<4, 4>;
  EXPECT_EQ(Truncated(-5e-324).to_double(), 0.0);  // right: -1
  EXPECT_EQ(Truncated(-1e-300).to_double(), -1.0);
}

// 5: a double is scaled to the target's grid as a double, which overflows or underflows.
TEST(AcDefect, ScalingADoubleLeavesItsRange) {
  ac_fixed<4, -102, false, AC_RND_ZERO, AC_WRAP> fine = std::numeric_limits<double>::max();
  EXPECT_NE(fine.to_double(), 0.0);  // right: 0, its low bits
  ac_fixed<4, 1100> coarse = -1e-300;
  EXPECT_EQ(coarse.to_double(), 0.0);  // right: -1, TRN rounds down
}

// 6: to_double rounds word by word.
TEST(AcDefect, ToDoubleOfWideValuesRoundsTwice) {
  ac_fixed<96, 96, false> x = 0;  // 2^95 + 2^42 + 1, just above the middle of two doubles
  for (const int bit : {95, 42, 0}) x[bit] = 1;
  EXPECT_EQ(x.to_double(), 0x1p95);  // right: 2^95 + 2^43
}

}  // namespace
}  // namespace qfx::fixed::matrix
