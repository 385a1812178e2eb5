#include <fstream>
#include <gmock/gmock.h>

#include "support/small_models.h"
#include "verify/cpp_build.h"
#include "verify/first_difference.h"
#include "verify/raw_files.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/verify/verify.h"

namespace qfx::verify {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RawFiles, KeepValues) {
  const TemporaryDirectory work;
  const auto path = work.path() / "raw";
  write_raw(path, std::vector<std::int32_t>{1, -2, INT32_MAX, INT32_MIN});
  EXPECT_THAT(read_raw(path, 4), ElementsAre(1, -2, INT32_MAX, INT32_MIN));
  EXPECT_THROW(read_raw(path, 3), InternalError);
}

TEST(RawFiles, TraceIsSplitIntoSamplesAndNodes) {
  const TemporaryDirectory work;
  const auto path = work.path() / "trace";
  const auto write = [&](std::vector<std::int64_t> words) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(words.data()),
               static_cast<std::streamsize>(words.size() * sizeof(words[0])));
  };
  write({0, 1, 5, /**/ 2, 2, -7, 8, /* next sample */ 0, 1, 6, /**/ 1, 0});
  const auto samples = read_trace(path, 3);
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_THAT(samples[0], ElementsAre(ElementsAre(5), IsEmpty(), ElementsAre(-7, 8)));
  EXPECT_THAT(samples[1], ElementsAre(ElementsAre(6), IsEmpty(), IsEmpty()));
  for (const std::vector<std::int64_t>& broken :
       {std::vector<std::int64_t>{3, 0}, {0, 2, 1}, {0}, {-1, 0}, {0, -1}}) {
    write(broken);
    EXPECT_THROW(read_trace(path, 3), InternalError);
  }
}

TEST(FirstDifference, IsTheFirstInTopologicalOrder) {
  const graph::FrozenModel model = qfx::test::chain(
      {2, 2, 2}, {8, 4}, {{graph::Cast{}, {8, 5}, {}}, {graph::Cast{}, {8, 6}, {}}});
  std::vector<runtime::RawTensor> expected(3, {0, 1, 2, 3, 4, 5, 6, 7});
  SampleTrace actual(3, {0, 1, 2, 3, 4, 5, 6, 7});
  EXPECT_FALSE(first_difference(model, expected, actual, 9));
  actual[2][0] = 40;
  actual[1][6] = -3;
  const auto found = first_difference(model, expected, actual, 9);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->layer, "n1");
  EXPECT_THAT(found->index, ElementsAre(1, 1, 0));
  EXPECT_EQ(
      describe(*found),
      "first difference: layer n1, image 9, index [1, 1, 0]: expected 6 (0.75), got -3 (-0.375)");
}

TEST(Summary, IsOneLine) {
  EXPECT_EQ(
      summary({.target = "vitis", .images = 10000, .values = 100000, .first = {}, .command = ""}),
      "vitis: 0 of 10000 images differ (0 of 100000 values)");
}

TEST(ShellText, QuotesWhatAShellWouldSplit) {
  EXPECT_EQ(shell_text({"g++", "-I/a b", "it's", ""}), R"(g++ '-I/a b' 'it'\''s' '')");
}

TEST(Unravel, CountsFromTheLastAxis) {
  EXPECT_THAT(unravel(23, {2, 3, 4}), ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace qfx::verify
