#include "qfx/graph/links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "qfx/graph/builder.h"

namespace qfx::graph {
namespace {

using ::testing::ElementsAre;

// 0 input, 1 relu, 2 mul, 3 unsqueeze, 4 and 5 flatten, 6 add
Model tangled() {
  Builder builder("tangled");
  const NodeId x = builder.input({2, 2});
  const NodeId relu = builder.relu(x);
  const NodeId square = builder.mul(relu, relu);
  const NodeId flat = builder.flatten(builder.unsqueeze(square));
  builder.add(flat, builder.flatten(relu));
  return builder.finish();
}

TEST(Links, ReadersHaveOneEntryARead) {
  const Model model = tangled();
  const auto read_by = readers(model.nodes);
  ASSERT_EQ(read_by.size(), 7U);
  EXPECT_THAT(read_by[0], ElementsAre(1));
  EXPECT_THAT(read_by[1], ElementsAre(2, 2, 5));
  EXPECT_THAT(read_by[6], ElementsAre());
}

TEST(Links, AFormatComesFromWhatIsRenamed) {
  const Model model = tangled();
  EXPECT_EQ(format_source(model.nodes, 2), 2);
  EXPECT_EQ(format_source(model.nodes, 3), 2) << "an unsqueeze";
  EXPECT_EQ(format_source(model.nodes, 4), 2) << "a flatten of it";
  EXPECT_EQ(format_source(model.nodes, 5), 1);
  EXPECT_EQ(format_source(model.nodes, 6), 6);
}

TEST(Links, InputShapesAreInOrder) {
  const Model model = tangled();
  EXPECT_THAT(input_shapes(model.nodes, model.nodes[4]), ElementsAre(model.nodes[3].shape));
  EXPECT_THAT(input_shapes(model.nodes, model.nodes[0]), ElementsAre());
}

}  // namespace
}  // namespace qfx::graph
