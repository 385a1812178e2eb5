#include "golden.h"

#include <algorithm>
#include <array>
#include <random>

#include "qfx/fixed/format.h"
#include "qfx/runtime/quantize_input.h"

namespace qfx::command {

std::vector<std::int32_t> raw_inputs(const graph::FrozenModel& model, const data::Dataset& set) {
  const std::int64_t values = set.size() * set.sample_size();
  std::vector<float> samples(values);
  set.copy_samples(0, set.size(), samples.data());
  std::vector<std::int32_t> raw(values);
  runtime::quantize_input(model.input(), samples, raw);
  return raw;
}

std::vector<std::int32_t> boundary_inputs(const graph::FrozenModel& model, std::int64_t count) {
  // What samples can be: a symmetric format never has its least bit pattern.
  const auto [low, high] = fixed::held_range(model.input().format);
  const std::array<std::int64_t, 6> edges{low, high, 0, 1, low + 1, high - 1};
  std::mt19937_64 generator(1);  // its sequence is fixed by the standard; distributions' are not
  std::vector<std::int32_t> raw(count * graph::element_count(model.input().shape));
  for (std::int32_t& value : raw) {
    const std::uint64_t bits = generator();
    const auto span = static_cast<std::uint64_t>(high - low) + 1;
    const std::int64_t any = low + static_cast<std::int64_t>((bits >> 8) % span);
    const std::int64_t edge = edges[(bits >> 8) % edges.size()];
    value = static_cast<std::int32_t>(std::clamp(bits % 4 == 0 ? any : edge, low, high));
  }
  return raw;
}

}  // namespace qfx::command
