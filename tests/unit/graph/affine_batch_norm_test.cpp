#include "qfx/graph/affine_batch_norm.h"

#include <gtest/gtest.h>

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::graph {
namespace {

TEST(AffineBatchNorm, FreezesToTheSameIntegers) {
  Builder builder("net");
  builder.batch_norm(builder.input({3, 2, 2}), {}, "bn");
  Model model = builder.finish();
  Node& norm = model.nodes.back();
  norm.statistics = {{Statistic::Gamma, {1.5F, -0.7F, 0.01F}},
                     {Statistic::Beta, {0.2F, 3, -1}},
                     {Statistic::RunningMean, {1, -2, 0.5F}},
                     {Statistic::RunningVar, {2, 0.3F, 9}}};
  for (Node& node : model.nodes) node.frac_bits = {4};
  for (auto& [role, param] : norm.params) param.frac_bits = {5};
  const FrozenModel before = freeze(model);
  const FrozenModel after = freeze(batch_norms_to_affine(model));
  EXPECT_EQ(after.nodes.back().params, before.nodes.back().params);
  EXPECT_EQ(after.nodes.back().format, before.nodes.back().format);
  EXPECT_EQ(kind_name(after.nodes.back().op), "affine");
}

}  // namespace
}  // namespace qfx::graph
