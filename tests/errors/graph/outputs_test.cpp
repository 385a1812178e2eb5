// Outputs that cannot be, and the sentences they earn.
#include "qfx/graph/outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/user_error.h"

#include "qfx/graph/builder.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

using testing::HasSubstr;

// input, a, b: b reads a.
Model model(std::vector<NodeId> outputs) {
  Builder builder("net");
  builder.relu(builder.relu(builder.input({2, 2, 2}), "a"), "b");
  Model made = builder.finish();
  made.outputs = std::move(outputs);
  return made;
}

std::string error_of(const Model& made) {
  return test::user_error_of([&] { verify(made); });
}

TEST(WrongOutputs, SayWhatIsWrongAndWhatIsAllowed) {
  EXPECT_EQ(error_of(model({})), "");
  EXPECT_EQ(error_of(model({1, 2})), "");
  EXPECT_EQ(error_of(model({2, 1})), "");
  EXPECT_EQ(error_of(model({3, 2})),
            "model 'net': node 3 is given as an output, and it has nodes 0 to 2");
  EXPECT_THAT(error_of(model({-1})), HasSubstr("node -1 is given as an output"));
  EXPECT_THAT(error_of(model({2, 0})),
              HasSubstr("the input is given as an output; only what the network computes leaves"));
  EXPECT_EQ(error_of(model({1, 2, 1})),
            "node 'a' (relu): it is given as an output twice; each leaves the network once");
  EXPECT_EQ(error_of(model({1})),
            "node 'b' (relu): no node reads it, and it is no output of the network");
}

TEST(WrongOutputs, ATaskIsForOne) {
  Model named = model({1, 2});
  named.task.names = {"x", "y"};
  EXPECT_THAT(error_of(named), HasSubstr("it has 2 outputs with a tensor each"));
  Model rebuilt = model({1, 2});
  rebuilt.task = {.loss = Loss::Mse, .rebuilds_input = true, .names = {}};
  EXPECT_THAT(error_of(rebuilt), HasSubstr("it rebuilds its input and has 2 outputs"));
}

}  // namespace
}  // namespace qfx::graph
