// Samples compared with what a network made of them.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "measure/layout.h"
#include "measure/losses.h"
#include "measure/text.h"

#include "qfx/base/error.h"
#include "qfx/measure/measure.h"

namespace qfx::measure {

void Measures::add_rebuilt(std::span<const double> row, std::span<const float> targets,
                           std::optional<std::int32_t> label, std::int64_t sample) {
  double squares = 0, loss = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double target = targets[i];
    const bool is_bce = task_.loss == graph::Loss::Bce;
    const double missed = (is_bce ? sigmoid(row[i]) : row[i]) - target;
    squares += missed * missed;
    loss += is_bce                           ? binary_cross_entropy(row[i], target)
            : task_.loss == graph::Loss::Mae ? std::abs(missed)
                                             : missed * missed;
  }
  const double error = squares / static_cast<double>(outputs_);
  *at(kLoss) += loss / static_cast<double>(outputs_);
  *at(kError) += error;
  const bool is_odd = label.value_or(0) != 0;
  if (label) {
    *at(kErrorOf + is_odd) += error;
    ++*at(kCountOf + is_odd);
  }
  if (set_samples_ == 0) return;
  QFX_ASSERT(sample >= 0 && sample < set_samples_);
  *at(kErrors + sample) = error;
  *at(kErrors + set_samples_ + sample) = is_odd;
}

double Measures::reconstruction_error() const {
  QFX_ASSERT(kind() == Kind::Rebuilt);
  return *at(kError) / sums_[kSamples];
}

std::int64_t Measures::labelled() const {
  QFX_ASSERT(kind() == Kind::Rebuilt);
  return static_cast<std::int64_t>(*at(kCountOf) + *at(kCountOf + 1));
}

std::int64_t Measures::odd() const {
  QFX_ASSERT(kind() == Kind::Rebuilt);
  return static_cast<std::int64_t>(*at(kCountOf + 1));
}

std::optional<double> Measures::error_of(bool odd) const {
  QFX_ASSERT(kind() == Kind::Rebuilt);
  const double count = *at(kCountOf + odd);
  return count > 0 ? std::optional(*at(kErrorOf + odd) / count) : std::nullopt;
}

std::span<const double> Measures::errors() const {
  QFX_ASSERT(kind() == Kind::Rebuilt);
  return {at(kErrors), static_cast<std::size_t>(set_samples_)};
}

// By ranks: of the sum of the odd ones' ranks (those of equals are their mean) the least possible
// is taken away, which leaves the pairs in which the odd one's is larger.
std::optional<double> Measures::auc() const {
  QFX_ASSERT(kind() == Kind::Rebuilt);
  const double odd_count = *at(kCountOf + 1), other_count = *at(kCountOf);
  const bool whole_set = set_samples_ > 0 && samples() == set_samples_ && labelled() == samples();
  if (!whole_set || odd_count == 0 || other_count == 0) return std::nullopt;
  std::vector<std::pair<double, double>> ranked;  // error, whether odd
  for (std::int64_t i = 0; i < set_samples_; ++i) {
    if (std::isnan(*at(kErrors + i))) return std::nullopt;
    ranked.emplace_back(*at(kErrors + i), *at(kErrors + set_samples_ + i));
  }
  std::ranges::sort(ranked);
  double rank_sum = 0;
  for (std::size_t begin = 0; begin < ranked.size();) {
    std::size_t end = begin;
    double odd_here = 0;
    for (; end < ranked.size() && ranked[end].first == ranked[begin].first; ++end)
      odd_here += ranked[end].second;
    rank_sum += odd_here * (static_cast<double>(begin + end) + 1) / 2;
    begin = end;
  }
  return (rank_sum - odd_count * (odd_count + 1) / 2) / (odd_count * other_count);
}

Headline Measures::rebuilt_headline() const {
  const double error = reconstruction_error();
  std::string details = "mean square";
  if (const auto area = auc())
    details += fmt::format("; AUC {:.4f}, {} of {} samples odd", *area, grouped(odd()),
                           grouped(samples()));
  return {"reconstruction error", error, false, short_text(error), std::move(details)};
}

}  // namespace qfx::measure
