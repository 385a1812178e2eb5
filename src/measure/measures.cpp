#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "measure/layout.h"
#include "measure/text.h"

#include "qfx/base/error.h"
#include "qfx/measure/measure.h"

namespace qfx::measure {

Kind kind_of(const graph::Task& task) {
  if (task.rebuilds_input) return Kind::Rebuilt;
  switch (task.loss) {
    case graph::Loss::CrossEntropy:
      return Kind::Classes;
    case graph::Loss::Bce:
      return Kind::Labels;
    case graph::Loss::Mse:
    case graph::Loss::Mae:
      return Kind::Values;
  }
  internal_error("a loss has no measures");
}

bool Headline::better_than(double other) const {
  if (std::isnan(value)) return false;
  if (std::isnan(other)) return true;
  return higher_is_better ? value > other : value < other;
}

Measures::Measures(graph::Task task, std::int64_t outputs, std::int64_t samples)
    : task_(std::move(task)),
      outputs_(outputs),
      set_samples_(kind_of(task_) == Kind::Rebuilt ? samples : 0),
      sums_(static_cast<std::size_t>(size_of(kind_of(task_), outputs, set_samples_))) {
  QFX_ASSERT(outputs > 0 && samples >= 0);
}

void Measures::add(std::span<const double> outputs, const Truth& truth, std::int64_t first) {
  const auto row_size = static_cast<std::size_t>(outputs_);
  const std::size_t count = outputs.size() / row_size;
  QFX_ASSERT(count * row_size == outputs.size());
  const bool by_class = kind() == Kind::Classes;
  QFX_ASSERT(by_class ? truth.labels.size() == count : truth.targets.size() == outputs.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = outputs.subspan(i * row_size, row_size);
    const auto targets =
        by_class ? std::span<const float>() : truth.targets.subspan(i * row_size, row_size);
    switch (kind()) {
      case Kind::Classes:
        add_class(row, truth.labels[i]);
        break;
      case Kind::Labels:
        add_labels(row, targets);
        break;
      case Kind::Values:
        add_values(row, targets);
        break;
      case Kind::Rebuilt:
        add_rebuilt(row, targets,
                    truth.labels.empty() ? std::nullopt : std::optional(truth.labels[i]),
                    first + static_cast<std::int64_t>(i));
        break;
    }
  }
  sums_[kSamples] += static_cast<double>(count);
}

void Measures::add(std::span<const std::int32_t> outputs, int frac_bits, const Truth& truth,
                   std::int64_t first) {
  std::vector<double> real(outputs.size());
  const double step = std::ldexp(1.0, -frac_bits);
  std::ranges::transform(outputs, real.begin(), [step](std::int32_t raw) { return raw * step; });
  add(real, truth, first);
}

void Measures::merge(const Measures& other) {
  QFX_ASSERT(task_ == other.task_ && sums_.size() == other.sums_.size());
  for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += other.sums_[i];
}

std::string Measures::name_of(std::int64_t i) const {
  return task_.names.empty() ? std::to_string(i) : task_.names[static_cast<std::size_t>(i)];
}

std::int64_t Measures::samples() const {
  return static_cast<std::int64_t>(sums_[kSamples]);
}

double Measures::loss() const {
  return knows_loss_ ? sums_[kLoss] / sums_[kSamples] : std::numeric_limits<double>::quiet_NaN();
}

Headline Measures::headline() const {
  switch (kind()) {
    case Kind::Classes:
      return {"accuracy", accuracy(), true, percent_text(accuracy()),
              fmt::format("{} of {}", grouped(correct()), grouped(samples()))};
    case Kind::Labels:
      return {"label accuracy", label_accuracy(), true, percent_text(label_accuracy()),
              fmt::format("every label right in {} of the samples", percent_text(exact_match()))};
    case Kind::Values:
      return value_headline();
    case Kind::Rebuilt:
      return rebuilt_headline();
  }
  internal_error("a kind of measures has no headline");
}

std::optional<double> Measures::constant_answer() const {
  const double count = sums_[kSamples];
  const ClassPlaces classes(outputs_);
  switch (kind()) {
    case Kind::Classes:
      return *std::max_element(at(classes.there), at(classes.there) + outputs_) / count;
    case Kind::Labels: {
      double agree = 0;
      for (std::int64_t i = 0; i < outputs_; ++i)
        agree += std::max(*at(classes.there + i), count - *at(classes.there + i));
      return agree / (count * static_cast<double>(outputs_));
    }
    case Kind::Values: {
      if (task_.loss != graph::Loss::Mse) return std::nullopt;
      const ValuePlaces values(outputs_);
      double distance = 0;
      for (std::int64_t i = 0; i < outputs_; ++i)
        distance += spread(count, *at(values.targets + i), *at(values.target_squares + i));
      return std::sqrt(distance / (count * static_cast<double>(outputs_)));
    }
    case Kind::Rebuilt:
      return std::nullopt;
  }
  internal_error("a kind of measures has no constant answer");
}

}  // namespace qfx::measure
