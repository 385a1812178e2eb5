#include "train/loop/calibration_samples.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "train/calibration/zeros.h"
#include "train/network/samples_at_once.h"
#include "train/samples/samples.h"

#include "qfx/base/text.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kSamplesForZeros = 128;
constexpr std::size_t kTensorsNamed = 3;

}  // namespace

SampleBatches calibration_samples(const RunContext& context, const Network& network,
                                  std::int64_t most) {
  const std::int64_t asked = std::max<std::int64_t>(context.recipe.calibration.images, 1);
  const std::int64_t images = std::min({asked, context.train_set.size(), most});
  return {images, samples_at_once(network, images), [&](std::int64_t first, std::int64_t count) {
            return preprocessed(network.input(), context.train_set, first, count);
          }};
}

RoundedToZero rounded_to_zero(const RunContext& context, Network& network) {
  const std::vector<Zeros> all =
      count_zeros(network, calibration_samples(context, network, kSamplesForZeros));
  RoundedToZero result{.fractions = fractions_of(all), .summary = {}};
  std::vector<std::string> lost;
  for (const Zeros& zeros : all) {
    if (const auto loss = loss_in(zeros, network)) lost.push_back(*loss);
  }
  if (lost.empty()) return result;
  const std::size_t named = std::min(kTensorsNamed, lost.size());
  result.summary = "lost to rounding: " + join({lost.begin(), lost.begin() + named}, "; ");
  if (lost.size() > named)
    result.summary += fmt::format("; and in {} more tensors", lost.size() - named);
  return result;
}

void warn_of_zeros(RunContext& context, Network& network) {
  for (const Zeros& zeros : count_zeros(network, calibration_samples(context, network))) {
    if (const auto advice = advice_on(zeros, network)) context.warn("zeros", zeros.tensor, *advice);
  }
}

}  // namespace qfx::train
