// The training forward against freeze and the plain integer meaning of every node, on random
// networks.
#include <gtest/gtest.h>

#include "support/exact_model.h"
#include "support/random_model.h"

#include "qfx/base/error.h"
#include "qfx/fixed/value.h"
#include "qfx/graph/freeze.h"
#include "qfx/train/run.h"

namespace qfx::train {
namespace {

constexpr int kModels = 60;
constexpr int kBatch = 2;

TEST(Trace, EveryNodeHasTheFrozenModelsBits) {
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= kModels; ++seed) {
    SCOPED_TRACE(seed);
    const graph::Model model = test::random_model(seed);
    const std::vector<float> samples = test::random_samples(model, seed, kBatch);
    const graph::FrozenModel frozen = graph::freeze(model);
    ForwardTrace trace;
    try {
      trace = trace_forward(model, samples, kBatch);
    } catch (const UserError&) {
      ++refused;
      continue;
    }
    ASSERT_EQ(trace.raw.size(), frozen.nodes.size());
    testing::ExactModel exact(frozen);
    for (int image = 0; image < kBatch; ++image) {
      const auto part = [&](std::size_t node) {
        const std::vector<std::int64_t>& all = trace.raw[node];
        const std::size_t each = all.size() / kBatch;
        return testing::RawValues(all.begin() + image * each, all.begin() + (image + 1) * each);
      };
      const std::vector<testing::RawValues> expected = exact.run(part(0));
      for (std::size_t node = 0; node < expected.size(); ++node) {
        ASSERT_EQ(part(node), expected[node])
            << frozen.nodes[node].name << ", a " << graph::kind_name(frozen.nodes[node].op);
      }
    }
  }
  EXPECT_LT(refused, kModels / 10) << "too many networks are refused for want of a carrier";
}

}  // namespace
}  // namespace qfx::train
