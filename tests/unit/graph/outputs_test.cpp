// A network with several outputs: which they are, where their values lie, and that file, freezing
// and folding keep them.
#include "qfx/graph/outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "qfx/base/file.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/file.h"
#include "qfx/graph/fold_batch_norm.h"
#include "qfx/graph/freeze.h"

namespace qfx::graph {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

enum : NodeId { kInput, kConv, kNorm, kRelu, kFlat, kFc };

// A convolution and its BatchNorm, whose ReLU goes on to a linear layer.
Model heads(std::vector<NodeId> outputs) {
  Builder builder("heads");
  NodeId x = builder.input({2, 3, 3});
  x = builder.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .has_bias = true}, "conv");
  x = builder.batch_norm(x, {}, "norm");
  x = builder.relu(x, "relu");
  x = builder.flatten(x, "flat");
  builder.linear(x, {.out_features = 3}, "fc");
  Model model = builder.finish(std::move(outputs));
  for (Node& node : model.nodes) {
    node.frac_bits = {4};
    for (auto& [name, param] : node.params) param.frac_bits = {6};
  }
  return model;
}

TEST(Outputs, AreTheLastNodeWhereNobodySaysOtherwise) {
  const Model model = heads({});
  EXPECT_TRUE(model.outputs.empty());
  EXPECT_THAT(output_ids(model), ElementsAre(kFc));
  EXPECT_EQ(&first_output(model), &model.nodes.back());
  EXPECT_EQ(output_size(model), 3);
  EXPECT_TRUE(heads({kFc}).outputs.empty()) << "it goes without saying";
}

TEST(Outputs, LieOneBehindTheOtherInTheirOrder) {
  const Model model = heads({kFc, kRelu, kFlat});
  EXPECT_THAT(output_parts(model),
              ElementsAre(OutputPart{kFc, 0, 3}, OutputPart{kRelu, 3, 4}, OutputPart{kFlat, 7, 4}));
  EXPECT_EQ(output_size(model), 11);
  EXPECT_TRUE(is_output(model, kRelu) && !is_output(model, kConv));
}

TEST(Outputs, CountAsUses) {
  EXPECT_THAT(uses(heads({})), ElementsAre(1, 1, 1, 1, 1, 1));
  EXPECT_THAT(uses(heads({kConv, kFc})), ElementsAre(1, 2, 1, 1, 1, 1));
}

TEST(Outputs, AreFrozenAndFiled) {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "model").string();
  const Model model = heads({kFc, kRelu});
  save(model, path);
  EXPECT_EQ(load_model(path), model);
  const FrozenModel frozen = freeze(model);
  EXPECT_THAT(frozen.outputs, ElementsAre(kFc, kRelu));
  save(frozen, path);
  EXPECT_EQ(load_frozen(path), frozen);
  EXPECT_THAT(read_file(path), HasSubstr("outputs"));
  // So that older builds read the networks that they know.
  save(freeze(heads({})), path);
  EXPECT_THAT(read_file(path), Not(HasSubstr("outputs")));
}

TEST(Outputs, AConvolutionWhoseSumsLeaveKeepsThem) {
  const Model folded = fold_batch_norm(heads({kFc, kRelu}));
  ASSERT_EQ(folded.nodes.size(), 5U);
  EXPECT_THAT(folded.outputs, ElementsAre(4, 2)) << "fc and relu moved down";
  const Model kept = fold_batch_norm(heads({kFc, kConv}));
  EXPECT_EQ(kept.nodes.size(), 6U);
  const std::vector<UnfoldedBatchNorm> left = unfolded_batch_norms(kept);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].why, "'conv' is an output of the network");
}

}  // namespace
}  // namespace qfx::graph
