// One class a sample, and several labels a sample: what is there, what is said, what is right.
#include <algorithm>
#include <cmath>

#include "measure/layout.h"
#include "measure/losses.h"

#include "qfx/base/error.h"
#include "qfx/measure/measure.h"

namespace qfx::measure {
namespace {

std::optional<double> ratio(double part, double whole) {
  return whole > 0 ? std::optional(part / whole) : std::nullopt;
}

}  // namespace

void Measures::add_class(std::span<const double> row, std::int32_t label) {
  QFX_ASSERT(label >= 0 && label < outputs_);
  const std::int64_t answer = std::max_element(row.begin(), row.end()) - row.begin();
  const ClassPlaces places(outputs_);
  ++*at(places.there + label);
  ++*at(places.said + answer);
  if (answer == label) {
    ++*at(places.right + label);
    ++*at(kRight);
  }
  if (keeps_confusion()) ++*at(places.rest + label * outputs_ + answer);
  *at(kLoss) += cross_entropy(row, label);
}

void Measures::add_labels(std::span<const double> row, std::span<const float> targets) {
  const ClassPlaces places(outputs_);
  double loss = 0;
  bool all_right = true;
  for (std::int64_t i = 0; i < outputs_; ++i) {
    const double output = row[static_cast<std::size_t>(i)];
    const float target = targets[static_cast<std::size_t>(i)];
    const bool there = target > 0.5F, said = output > 0;
    *at(places.there + i) += there;
    *at(places.said + i) += said;
    *at(places.right + i) += there && said;
    *at(places.rest + i) += there == said;
    all_right = all_right && there == said;
    loss += binary_cross_entropy(output, target);
  }
  *at(kRight) += all_right;
  *at(kLoss) += loss / static_cast<double>(outputs_);
}

std::int64_t Measures::correct() const {
  QFX_ASSERT(kind() == Kind::Classes);
  return static_cast<std::int64_t>(*at(kRight));
}

double Measures::accuracy() const {
  return static_cast<double>(correct()) / sums_[kSamples];
}

std::span<const double> Measures::confusion() const {
  QFX_ASSERT(kind() == Kind::Classes);
  if (!keeps_confusion()) return {};
  return {at(ClassPlaces(outputs_).rest), static_cast<std::size_t>(outputs_ * outputs_)};
}

std::vector<ClassMeasure> Measures::classes() const {
  QFX_ASSERT(kind() == Kind::Classes || kind() == Kind::Labels);
  const ClassPlaces places(outputs_);
  const double count = sums_[kSamples];
  std::vector<ClassMeasure> classes;
  for (std::int64_t i = 0; i < outputs_; ++i) {
    const double there = *at(places.there + i), said = *at(places.said + i);
    const double right = *at(places.right + i);
    classes.push_back({.there = static_cast<std::int64_t>(there),
                       .said = static_cast<std::int64_t>(said),
                       .right = static_cast<std::int64_t>(right),
                       .accuracy = (count - there - said + 2 * right) / count,
                       .recall = ratio(right, there),
                       .precision = ratio(right, said)});
  }
  return classes;
}

double Measures::label_accuracy() const {
  QFX_ASSERT(kind() == Kind::Labels);
  double agree = 0;
  for (std::int64_t i = 0; i < outputs_; ++i) agree += *at(ClassPlaces(outputs_).rest + i);
  return agree / (sums_[kSamples] * static_cast<double>(outputs_));
}

double Measures::exact_match() const {
  QFX_ASSERT(kind() == Kind::Labels);
  return *at(kRight) / sums_[kSamples];
}

}  // namespace qfx::measure
