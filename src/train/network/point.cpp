#include "train/network/point.h"

#include "train/tensors/values.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

std::vector<int> points_of(const graph::QuantSpec& spec, const std::vector<float>& values) {
  std::vector<int> result;
  result.reserve(values.size());
  for (float value : values) result.push_back(spec.point_of(value));
  return result;
}

}  // namespace

void Point::set(const std::vector<float>& values) {
  // One value serves every channel of a spec with a point per channel.
  std::vector<float> all = values;
  if (all.size() == 1) all.assign(channels, values[0]);
  QFX_ASSERT(static_cast<std::int64_t>(all.size()) == channels);
  if (!f.defined()) {
    f = at::empty({channels}, at::kFloat);
    f.set_requires_grad(casts() && spec.learned);
  }
  std::copy(all.begin(), all.end(), f.data_ptr<float>());
  frac_bits = points_of(spec, all);
}

void Point::set_frac_bits(const std::vector<int>& points) {
  std::vector<float> middles;
  middles.reserve(points.size());
  for (const int point : points) middles.push_back(spec.middle_of(point));
  set(middles);
}

void Point::unset() {
  f = at::Tensor();
  frac_bits.clear();
}

std::vector<float> Point::values() const {
  return f.defined() ? floats(f) : std::vector<float>();
}

void Point::refresh() {
  if (!f.defined()) return;
  const std::vector<int> now = points_of(spec, values());
  for (std::size_t c = 0; c < now.size(); ++c) changes += now[c] != frac_bits[c];
  frac_bits = now;
}

steps::AssignmentPtr Point::assignment(bool counted) {
  if (!is_set()) {
    user_error("tensor '{}' has no binary point; calibrate the model first", tensor);
  }
  auto result = std::make_shared<steps::Assignment>();
  result->format = spec.format(frac_bits[0]);
  result->frac_bits = frac_bits;
  result->k_hot = spec.k_hot;
  result->signed_digits = spec.signed_digits;
  result->count = counted ? &count : nullptr;
  return result;
}

}  // namespace qfx::train
