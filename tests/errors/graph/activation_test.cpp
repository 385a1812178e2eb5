// Attributes and inputs that activations and joins refuse, and the sentences they earn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "qfx/base/error.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/infer_shape.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

struct Refused {
  Op op;
  std::vector<Shape> inputs;
  const char* expected;
};

TEST(InferShape, RefusesWithASentence) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Refused> cases = {
      {Clip{.min = 0.1, .max = 6},
       {{3}},
       "node 'n' (clip): min is 0.1, it must be a multiple of 2^-32 from -2^31 to 2^31; the "
       "nearest "
       "is 0.10000000009313226"},
      {Clip{.min = 0, .max = 1e10},
       {{3}},
       "node 'n' (clip): max is 10000000000, it must be a multiple of 2^-32 from -2^31 to 2^31"},
      {Clip{.min = 0, .max = infinity}, {{3}}, "node 'n' (clip): max is inf, it must be"},
      {Clip{.min = 2, .max = 2},
       {{3}},
       "node 'n' (clip): min is 2 and max is 2; min must be below max"},
      {Clip{}, {{3}, {3}}, "node 'n' (clip): the number of its inputs is 2, it must be 1"},
      {Function(FunctionName::Tanh, 2, 0),
       {{3}},
       "node 'n' (function): alpha is 2, and tanh has none; leave it out"},
      {Function(FunctionName::Elu, 1, 2),
       {{3}},
       "node 'n' (function): beta is 2, and elu has none; leave it out"},
      {Function(FunctionName::Celu, 0, 0), {{3}}, "alpha is 0, and celu divides by it"},
      {Function(FunctionName::Elu, infinity, 0), {{3}}, "alpha is inf, it must be a finite"},
      {Function(FunctionName::Points), {{3}}, "it has 0 points [x, y]; 2 to 65536 are allowed"},
      {Function(std::vector<Point>{{0, 1}, {infinity, 2}}), {{3}}, "points[1] holds inf"},
      {Function(std::vector<Point>{{0, 1}, {2, 2}, {1, 3}}),
       {{3}},
       "points[2] has x 1 after 2; x must not descend"},
      {Prelu{.num_parameters = 2},
       {{3, 4, 4}},
       "node 'n' (prelu): num_parameters is 2, allowed are 1 (one slope for all) and 3 (one for "
       "each "
       "channel)"},
      {LeakyRelu{.negative_slope = 1e39},
       {{3}},
       "node 'n' (leaky_relu): negative_slope is 1e+39, it must be a finite single-precision "
       "number"},
      {LeakyRelu{.negative_slope = -infinity}, {{3}}, "negative_slope is -inf"},
      {Offset{}, {}, "node 'n' (offset): the number of its inputs is 0, it must be 1"},
      {Sub{}, {{3}}, "node 'n' (sub): the number of its inputs is 1, it must be 2"},
      {Sub{}, {{3}, {4}}, "node 'n' (sub): its inputs have shapes [3] and [4], they must be equal"},
      {Gate{},
       {{3}, {3}},
       "node 'n' (gate): its first input has shape [3], it takes an image [C, H, W] or a sequence [C, "
       "L]; of vectors a mul is the product"},
      {Gate{},
       {{3, 2, 2}, {2, 1, 1}},
       "its inputs have shapes [3, 2, 2] and [2, 1, 1]; the second must hold one number for each of "
       "the 3 channels"},
      {Gate{}, {{3, 2, 2}, {3, 2, 1}}, "one number for each of the 3 channels"},
      {Mul{}, {{3}, {3, 1, 1}}, "node 'n' (mul): its inputs have shapes [3] and [3, 1, 1]"},
      {Concat{}, {{3}}, "node 'n' (concat): the number of its inputs is 1, it must be at least 2"},
      {Concat{},
       {{3, 4, 4}, {3, 4, 4}, {3, 4, 5}},
       "node 'n' (concat): its inputs have shapes [3, 4, 4] and [3, 4, 5], they may differ in the "
       "first size alone"},
      {Concat{}, {{3, 4}, {3}}, "node 'n' (concat): its inputs have shapes [3, 4] and [3]"},
      {Unsqueeze{},
       {{3, 4, 4}},
       "node 'n' (unsqueeze): its input has shape [3, 4, 4], it takes a sequence [C, L]"},
      {Slice{.begin = {0, 0}, .end = {}, .step = {}},
       {{3, 4, 4}},
       "node 'n' (slice): begin has 2 entries, and its input [3, 4, 4] has 3 axes: it takes one "
       "for "
       "each"},
      {Slice{.begin = {}, .end = {3, 5}, .step = {}},
       {{3, 4}},
       "node 'n' (slice): along axis 1 it goes from 0 to 5, and its input [3, 4] has 4 places "
       "there; "
       "the begin comes before the end, which is at most 4"},
      {Slice{.begin = {2}, .end = {2}, .step = {}}, {{3}}, "along axis 0 it goes from 2 to 2"},
      {Slice{.begin = {}, .end = {}, .step = {0}}, {{3}}, "step is 0, allowed are 1 to 65536"},
      {Upsample{{2, 2}}, {{3, 4}}, "it takes an image [C, H, W]; put an unsqueeze before it"},
      {Upsample{{0, 2}}, {{3, 4, 4}}, "scale is 0, allowed are 1 to 65536"},
      {Upsample{{65536, 65536}},
       {{3, 4, 4}},
       "its output has shape [3, 262144, 262144], more than"},
      {ChannelShuffle{2}, {{3, 4}}, "groups is 2, it must divide the 3 channels"},
      {DepthToSpace{2},
       {{6, 4, 4}},
       "blocksize is 2, and its square, 4, must divide the 6 channels"},
      {SpaceToDepth{2},
       {{6, 4, 5}},
       "blocksize is 2, it must divide the height and the width of its input [6, 4, 5]"},
      {Permute{{0, 0}}, {{3, 4}}, "axes is [0, 0], it must name each of the axes 0 to 1 once"},
      {Permute{{0, 1, 2}}, {{3, 4}}, "axes has 3 entries, and its input [3, 4] has 2 axes"},
      {Rearrange{{4}, {2, 2}, {0, 0}, {1}, {0}},
       {{8}},
       "extents, axes and steps have 2, 2 and 1 entries; they belong together, digit by digit"},
      {Rearrange{{4}, {3}, {0}, {1}, {0}}, {{8}}, "its extents do not multiply to an axis of 4"},
      {Rearrange{{4}, {4, 2}, {0, 0}, {1, 1}, {0}},
       {{8}},
       "it has 2 digits, and its shape [4] takes 1"},
      {Rearrange{{4}, {4}, {0}, {3}, {0}},
       {{8}},
       "its digits reach beyond axis 0 of its input [8]"},
      {Rearrange{{4}, {4}, {0}, {-1}, {2}},
       {{8}},
       "its digits reach beyond axis 0 of its input [8]"},
      {Rearrange{{4}, {4}, {1}, {1}, {2}},
       {{8}},
       "a digit moves along axis 1, and its input [8] has 1"},
      {Rearrange{{1}, {}, {}, {}, {8}},
       {{8}},
       "its offset 8 along axis 0 lies outside its input [8]"},
      {Rearrange{{}, {}, {}, {}, {0}}, {{8}}, "shape is [], allowed are [C, H, W], [C, L] and [N]"},
      {Conv2d{},
       {{3, 4}},
       "node 'n' (conv2d): its input has shape [3, 4], it takes an image [C, H, W]; put an "
       "unsqueeze "
       "before it"},
  };
  for (const Refused& c : cases) {
    try {
      infer_shape(c.op, c.inputs, "n");
      ADD_FAILURE() << c.expected << ": not refused";
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(c.expected));
    }
  }
}

TEST(VerifyModel, ADerivedSlopeHasNoValues) {
  Builder builder("net");
  builder.leaky_relu(builder.input({3}), {}, "act");
  Model model = builder.finish();
  model.nodes[1].params.at(Role::Slope).values = {0.5F};
  try {
    verify(model);
    FAIL() << "not refused";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(),
                testing::HasSubstr("node 'act' (leaky_relu): its parameter 'slope' holds 1 values, "
                                   "it must hold 0: it is derived from negative_slope"));
  }
}

}  // namespace
}  // namespace qfx::graph
