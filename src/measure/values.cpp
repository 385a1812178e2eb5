// Numbers compared with numbers.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "measure/layout.h"
#include "measure/text.h"

#include "qfx/base/error.h"
#include "qfx/measure/measure.h"

namespace qfx::measure {
namespace {

std::string r2_text(const std::optional<double>& r2) {
  return r2 ? fmt::format("R2 {:.4f}", *r2) : "no R2: the targets are all equal";
}

}  // namespace

void Measures::add_values(std::span<const double> row, std::span<const float> targets) {
  const ValuePlaces places(outputs_);
  double squares = 0, distances = 0;
  for (std::int64_t i = 0; i < outputs_; ++i) {
    const double target = targets[static_cast<std::size_t>(i)];
    const double missed = row[static_cast<std::size_t>(i)] - target;
    *at(places.squares + i) += missed * missed;
    *at(places.distances + i) += std::abs(missed);
    *at(places.targets + i) += target;
    *at(places.target_squares + i) += target * target;
    squares += missed * missed;
    distances += std::abs(missed);
  }
  *at(kLoss) +=
      (task_.loss == graph::Loss::Mae ? distances : squares) / static_cast<double>(outputs_);
}

std::vector<ValueMeasure> Measures::values() const {
  QFX_ASSERT(kind() == Kind::Values);
  const ValuePlaces places(outputs_);
  const double count = sums_[kSamples];
  std::vector<ValueMeasure> values;
  for (std::int64_t i = 0; i < outputs_; ++i) {
    const double squares = *at(places.squares + i);
    const double distance = spread(count, *at(places.targets + i), *at(places.target_squares + i));
    values.push_back({.rmse = std::sqrt(squares / count),
                      .mae = *at(places.distances + i) / count,
                      .r2 = distance > 0 ? std::optional(1 - squares / distance) : std::nullopt});
  }
  return values;
}

ValueMeasure Measures::all_values() const {
  ValueMeasure all;
  double squares = 0, r2 = 0;
  int with_r2 = 0;
  for (const ValueMeasure& value : values()) {
    squares += value.rmse * value.rmse;
    all.mae += value.mae / static_cast<double>(outputs_);
    if (value.r2) {
      r2 += *value.r2;
      ++with_r2;
    }
  }
  all.rmse = std::sqrt(squares / static_cast<double>(outputs_));
  if (with_r2 > 0) all.r2 = r2 / with_r2;
  return all;
}

Headline Measures::value_headline() const {
  const ValueMeasure all = all_values();
  if (task_.loss == graph::Loss::Mae)
    return {"MAE", all.mae, false, short_text(all.mae),
            fmt::format("RMSE {}, {}", short_text(all.rmse), r2_text(all.r2))};
  return {"RMSE", all.rmse, false, short_text(all.rmse),
          fmt::format("MAE {}, {}", short_text(all.mae), r2_text(all.r2))};
}

}  // namespace qfx::measure
