// The training forward against freeze and the plain integer meaning of every node, on random
// networks.
#include "qfx/train/trace.h"

#include <gtest/gtest.h>

#include "support/random_model.h"
#include "support/reference.h"

#include "qfx/base/error.h"
#include "qfx/graph/freeze.h"

namespace qfx::train {
namespace {

constexpr int kModels = 60;
constexpr int kTraced = 2;

TEST(Trace, EveryNodeHasTheFrozenModelsBits) {
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= kModels; ++seed) {
    SCOPED_TRACE(seed);
    const graph::Model model = test::random_model(seed);
    const std::vector<float> samples = test::random_samples(model, seed, kTraced);
    const graph::FrozenModel frozen = graph::freeze(model);
    ForwardTrace trace;
    try {
      trace = trace_forward(model, samples, kTraced);
    } catch (const UserError&) {
      ++refused;
      continue;
    }
    ASSERT_EQ(trace.raw.size(), frozen.nodes.size());
    const std::vector<std::int32_t> input(trace.raw[0].begin(), trace.raw[0].end());
    EXPECT_EQ(input, test::reference_quantize(frozen.input(), samples));
    const test::ReferenceTrace expected = test::reference_run(frozen, input, kTraced);
    for (std::size_t node = 0; node < trace.raw.size(); ++node) {
      const std::vector<std::int64_t> raw(expected.raw[node].begin(), expected.raw[node].end());
      ASSERT_EQ(trace.raw[node], raw)
          << frozen.nodes[node].name << ", a " << graph::kind_name(frozen.nodes[node].op);
    }
  }
  EXPECT_LT(refused, kModels / 10) << "too many networks are refused for want of a carrier";
}

}  // namespace
}  // namespace qfx::train
