#include "frontends/recipe_normalize.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "qfx/base/error.h"
#include "qfx/data/statistics.h"

namespace qfx::frontends {
namespace {

constexpr double kNearPowerOfTwo = 0.01;

TableReader numbers_table(const TableReader& data) {
  return *data.table("normalize", {"divisor", "mean", "std"});
}

double near_power_of_two(double value) {
  const double power = std::exp2(std::round(std::log2(value)));
  return std::abs(value - power) <= kNearPowerOfTwo * power ? power : value;
}

void check_channels(const TableReader& table, const char* key, const std::vector<double>& values,
                    std::int64_t channels) {
  if (values.empty() || static_cast<std::int64_t>(values.size()) == channels) return;
  table.fail(key, fmt::format("the data has {} channels, so {} numbers are allowed, not {}",
                              channels, channels, values.size()));
}

}  // namespace

Normalize read_normalize(const TableReader& data, graph::Preprocess& preprocess) {
  if (!data.has("normalize")) return Normalize::Unsaid;
  if (data.is_text("normalize")) {
    const Words<Normalize> words{{"standard", Normalize::Standard}, {"minmax", Normalize::Minmax}};
    return *data.choice("normalize", words);
  }
  const TableReader table = numbers_table(data);
  const RealBounds divisor{0, 1e9, true}, any{-1e9, 1e9};
  if (const auto value = table.real("divisor", divisor)) preprocess.divisor = *value;
  if (auto values = table.reals("mean", any)) preprocess.mean = std::move(*values);
  if (auto values = table.reals("std", divisor)) preprocess.std = std::move(*values);
  return Normalize::Given;
}

graph::Preprocess computed_normalize(Normalize how, const data::Dataset& set,
                                     std::int64_t channels) {
  QFX_ASSERT(how == Normalize::Standard || how == Normalize::Minmax);
  graph::Preprocess preprocess;
  if (set.floats.empty()) preprocess.divisor = kByteDivisor;
  const bool is_standard = how == Normalize::Standard;
  for (const data::ChannelStatistics& channel : data::channel_statistics(set, channels)) {
    const double centre = is_standard ? channel.mean : channel.least;
    const double spread = is_standard ? channel.deviation : channel.greatest - channel.least;
    preprocess.mean.push_back(centre / preprocess.divisor);
    preprocess.std.push_back(spread > 0 ? near_power_of_two(spread / preprocess.divisor) : 1);
  }
  const auto is = [](double wanted) { return [wanted](double value) { return value == wanted; }; };
  if (std::ranges::all_of(preprocess.mean, is(0))) preprocess.mean.clear();
  if (std::ranges::all_of(preprocess.std, is(1))) preprocess.std.clear();
  return preprocess;
}

void check_normalize(const TableReader& data, const graph::Preprocess& preprocess,
                     std::int64_t channels) {
  const TableReader table = numbers_table(data);
  check_channels(table, "mean", preprocess.mean, channels);
  check_channels(table, "std", preprocess.std, channels);
}

}  // namespace qfx::frontends
