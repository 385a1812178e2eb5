#include "qfx/steps/point_optimizer.h"

#include <algorithm>
#include <cmath>

#include "qfx/base/error.h"

namespace qfx::steps {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;
// Of the moving averages: about the last 50 steps.
constexpr float kAverage = 0.98F;
// The part of the freezing time after which nothing waits any longer.
constexpr double kLastCall = 0.9;
// Where f stops: past any useful format, well within the |F| <= 128 of a model.
constexpr float kFarthestPoint = 60.0F;

}  // namespace

PointOptimizer::PointOptimizer(const PointSettings& settings, const std::vector<PointRow>& rows,
                               std::int64_t steps)
    : settings_(settings), phase_steps_(steps), rows_(rows) {
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    for (std::size_t channel = 0; channel < rows_[row].f.size(); ++channel) {
      Entry& entry = entries_.emplace_back(Entry{.row = row, .channel = channel});
      entry.average = static_cast<float>(spec(entry).point_of(value(entry)));
    }
  }
}

void PointOptimizer::step(const std::vector<std::span<const float>>& gradients, std::int64_t step,
                          double learning_rate_factor) {
  QFX_ASSERT(gradients.size() == rows_.size());
  ++adam_steps_;
  for (Entry& entry : entries_) {
    const std::span<const float> gradient = gradients[entry.row];
    if (entry.frozen || gradient.empty()) continue;
    move(entry, gradient[entry.channel], settings_.learning_rate * learning_rate_factor);
  }
  freeze_due(step);
}

void PointOptimizer::move(Entry& entry, float gradient, double learning_rate) {
  // A sum over a whole tensor may overflow float32; it then says nothing.
  if (!std::isfinite(gradient)) return;
  const double steps = static_cast<double>(adam_steps_);
  entry.first = static_cast<float>(kBeta1 * entry.first + (1 - kBeta1) * gradient);
  entry.second = static_cast<float>(kBeta2 * entry.second +
                                    (1 - kBeta2) * static_cast<double>(gradient) * gradient);
  const double first = entry.first / (1 - std::pow(kBeta1, steps));
  const double second = entry.second / (1 - std::pow(kBeta2, steps));
  float& f = value(entry);
  f = std::clamp(static_cast<float>(f - learning_rate * first / (std::sqrt(second) + kEpsilon)),
                 -kFarthestPoint, kFarthestPoint);
  entry.gradient = kAverage * entry.gradient + (1 - kAverage) * std::abs(gradient);
  entry.average =
      kAverage * entry.average + (1 - kAverage) * static_cast<float>(spec(entry).point_of(f));
}

void PointOptimizer::freeze_due(std::int64_t step) {
  const double begin = settings_.freeze_after * static_cast<double>(phase_steps_);
  const double span = (static_cast<double>(phase_steps_) - begin) * kLastCall;
  const double passed = static_cast<double>(step + 1) - begin;
  if (passed < 0 || entries_.empty()) return;
  const double share = span <= 0 ? 1.0 : std::min(1.0, passed / span);
  auto due =
      static_cast<std::int64_t>(share * static_cast<double>(entries_.size())) - frozen_count();
  const bool last_call = share >= 1.0;
  std::vector<Entry*> waiting;
  for (Entry& entry : entries_) {
    if (!entry.frozen) waiting.push_back(&entry);
  }
  std::stable_sort(waiting.begin(), waiting.end(),
                   [](const Entry* a, const Entry* b) { return a->gradient < b->gradient; });
  for (Entry* entry : waiting) {
    if (due <= 0) break;
    const auto most = static_cast<int>(std::lround(entry->average));
    if (spec(*entry).point_of(value(*entry)) != most && !last_call) continue;
    value(*entry) = spec(*entry).middle_of(most);
    entry->frozen = true;
    --due;
  }
}

std::int64_t PointOptimizer::frozen_count() const {
  return std::count_if(entries_.begin(), entries_.end(), [](const Entry& e) { return e.frozen; });
}

std::map<std::string, std::vector<float>> PointOptimizer::state() const {
  std::map<std::string, std::vector<float>> all;
  for (const Entry& e : entries_) {
    all["points.first"].push_back(e.first);
    all["points.second"].push_back(e.second);
    all["points.gradient"].push_back(e.gradient);
    all["points.average"].push_back(e.average);
    all["points.frozen"].push_back(e.frozen ? 1.0F : 0.0F);
  }
  return all;
}

void PointOptimizer::load_state(const std::map<std::string, std::vector<float>>& state,
                                std::int64_t steps) {
  adam_steps_ = steps;
  if (entries_.empty()) return;
  const auto take = [&](const std::string& name) -> const std::vector<float>& {
    const auto found = state.find(name);
    if (found == state.end() || found->second.size() != entries_.size()) {
      user_error(
          "the checkpoint lacks the binary points' state '{}' of this recipe; start a new run",
          name);
    }
    return found->second;
  };
  const auto &first = take("points.first"), &second = take("points.second"),
             &gradient = take("points.gradient"), &average = take("points.average"),
             &frozen = take("points.frozen");
  // A phase that has become longer is not that far yet.
  const bool may_be_frozen =
      static_cast<double>(steps) >= settings_.freeze_after * static_cast<double>(phase_steps_);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& e = entries_[i];
    e.first = first[i];
    e.second = second[i];
    e.gradient = gradient[i];
    e.average = average[i];
    e.frozen = may_be_frozen && frozen[i] != 0;
  }
}

}  // namespace qfx::steps
