#include "support/random_model.h"

#include <algorithm>
#include <cmath>

#include "qfx/base/error.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/range.h"

namespace qfx::test {

graph::Model random_model(std::uint64_t seed, const RandomModelOptions& options) {
  Rng rng(seed);
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    graph::Model model = random_topology(rng, options, fmt::format("random_{}", seed));
    if (fill_formats(model, rng, options)) return model;
  }
  internal_error("seed {} gives no model in {} tries", seed, kTries);
}

std::vector<float> random_samples(const graph::Model& model, std::uint64_t seed,
                                  std::int64_t batch) {
  Rng rng(seed);
  const graph::Node& input = model.nodes[0];
  const auto& preprocess = std::get<graph::Input>(input.op).preprocess;
  const fixed::Format format = input.spec.format(input.spec.point_of(input.frac_bits[0]));
  const auto lo = static_cast<double>(fixed::min_raw(format)),
             hi = static_cast<double>(fixed::max_raw(format));
  const std::int64_t channels = input.shape[0],
                     inner = graph::element_count(input.shape) / channels;
  std::vector<float> samples;
  for (std::int64_t i = 0; i < batch * channels * inner; ++i) {
    double raw = 0;
    switch (rng.below(8)) {
      case 0:
        raw = rng.pick({lo, hi});
        break;
      case 1:
        raw = rng.pick({lo - 1, hi + 1, lo - 0.5, hi + 0.5, 2 * lo, 2 * hi});
        break;
      case 2:
        raw = rng.pick({-1.0, 0.0, 1.0, -0.5, 0.5, 0.25});
        break;
      case 3:
        raw = std::floor(rng.uniform(lo, hi)) + 0.5;
        break;
      default:
        raw = rng.uniform(lo, hi);
        break;
    }
    const std::int64_t c = i / inner % channels;
    double value = std::ldexp(raw, -format.frac_bits());
    if (!preprocess.std.empty()) value *= preprocess.std[c];
    if (!preprocess.mean.empty()) value += preprocess.mean[c];
    samples.push_back(static_cast<float>(value * preprocess.divisor));
  }
  return samples;
}

std::vector<std::int32_t> random_raw_input(const graph::FrozenModel& model, std::uint64_t seed,
                                           std::int64_t batch) {
  Rng rng(seed);
  const graph::Interval range = graph::held_range(model.input().format);
  std::vector<std::int32_t> raw(batch * graph::element_count(model.input().shape));
  for (std::int32_t& value : raw) {
    const std::int64_t any = rng.between(range.lo, range.hi);
    const std::int64_t edge =
        rng.pick({range.lo, range.hi, std::clamp<std::int64_t>(0, range.lo, range.hi)});
    value = static_cast<std::int32_t>(rng.chance(0.3) ? edge : any);
  }
  return raw;
}

}  // namespace qfx::test
