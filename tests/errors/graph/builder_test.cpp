// What a builder refuses, and the sentences.
#include "qfx/graph/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/user_error.h"

namespace qfx::graph {
namespace {

using test::user_error_of;

TEST(Builder, RefusesAtOnce) {
  Builder builder("b");
  const NodeId x = builder.input({1, 4, 4});
  EXPECT_EQ(user_error_of([&] { builder.relu(7); }),
            "node 'relu_1' (relu): it reads node 7; so far there are nodes 0 to 0");
  EXPECT_EQ(user_error_of([&] { builder.linear(x, {.out_features = 2}, "fc"); }),
            "node 'fc' (linear): its input has shape [1, 4, 4], it takes a vector [N]; put a "
            "flatten before it");
  EXPECT_EQ(user_error_of([&] { builder.shape(3); }),
            "model 'b' has no node 3; so far there are nodes 0 to 0");
  EXPECT_THAT(user_error_of([&] { builder.finish(); }),
              ::testing::HasSubstr("model 'b': the number of its nodes is 1"));
}

}  // namespace
}  // namespace qfx::graph
