// Views as loops over memory, worked out by hand; and each kind's view against another that undoes
// it.
#include "qfx/graph/view.h"

#include <gtest/gtest.h>
#include <numeric>

#include "qfx/graph/infer_shape.h"
#include "qfx/graph/op.h"

namespace qfx::graph {
namespace {

using Loops = std::vector<MoveLoop>;

Moves moves(const Op& op, const Shape& in, Arrangement arrangement) {
  return moves_of(view_of(op, in), in, arrangement);
}

TEST(View, OfWholeRowsIsOneLoopOverMemory) {
  const Slice rows{.begin = {0, 2, 0}, .end = {3, 5, 4}, .step = {}};
  EXPECT_EQ(moves(rows, {3, 6, 4}, Arrangement::ChannelsLast), (Moves{24, {{36, 1}}}));
  EXPECT_EQ(moves(rows, {3, 6, 4}, Arrangement::RowMajor), (Moves{8, {{3, 24}, {12, 1}}}));
}

TEST(View, OfAShuffleStaysWithinAPixel) {
  EXPECT_EQ(moves(ChannelShuffle{2}, {6, 4, 5}, Arrangement::ChannelsLast),
            (Moves{0, {{20, 6}, {3, 1}, {2, 3}}}));
}

TEST(View, UpsamplingRepeatsARowOfRepeatedPixels) {
  EXPECT_EQ(moves(Upsample{{2, 3}}, {8, 4, 5}, Arrangement::ChannelsLast),
            (Moves{0, {{4, 40}, {2, 0}, {5, 8}, {3, 0}, {8, 1}}}));
}

TEST(View, OfNothingElseIsTheTensorItself) {
  for (const Op& op : {Op(Slice{}), Op(Upsample{{1, 1}}), Op(ChannelShuffle{1}),
                       Op(DepthToSpace{1}), Op(SpaceToDepth{1}), Op(Permute{{0, 1, 2}})})
    EXPECT_EQ(moves(op, {3, 4, 5}, Arrangement::ChannelsLast), (Moves{0, {{60, 1}}}));
}

// The elements of an input in the order of the output, row-major.
std::vector<std::int64_t> elements(const Op& op, const Shape& in) {
  return sources_of(moves(op, in, Arrangement::RowMajor));
}

TEST(View, OfTwoInverseKindsGivesEveryElementBack) {
  const std::vector<std::pair<Op, Op>> pairs{
      {DepthToSpace{2}, SpaceToDepth{2}},
      {DepthToSpace{2, true}, SpaceToDepth{2, true}},
      {ChannelShuffle{3}, ChannelShuffle{4}},
      {Permute{{1, 2, 0}}, Permute{{2, 0, 1}}},
  };
  const Shape in{12, 3, 5};
  for (const auto& [first, second] : pairs) {
    const std::vector<std::int64_t> there = elements(first, in);
    std::vector<std::int64_t> back;
    for (const std::int64_t i : elements(second, infer_shape(first, {in}, "")))
      back.push_back(there[i]);
    std::vector<std::int64_t> all(there.size());
    std::iota(all.begin(), all.end(), 0);
    EXPECT_NE(there, all) << kind_name(first);
    EXPECT_EQ(back, all) << kind_name(first);
  }
}

// torch.pixel_shuffle(torch.arange(8).view(8, 1, 1), 2), and the other order's of ONNX's operator.
TEST(View, OfDepthToSpaceIsTorchsAndOnnxs) {
  EXPECT_EQ(elements(DepthToSpace{2, true}, {8, 1, 1}),
            (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(elements(DepthToSpace{2, false}, {8, 1, 1}),
            (std::vector<std::int64_t>{0, 2, 4, 6, 1, 3, 5, 7}));
}

}  // namespace
}  // namespace qfx::graph
