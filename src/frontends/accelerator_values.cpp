#include "frontends/accelerator_values.h"

#include <cmath>
#include <span>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/fixed/format.h"
#include "qfx/fixed/raw.h"

namespace qfx::frontends {
namespace {

// Of all its parameters: fixed<12,4,RND,SAT>.
constexpr fixed::Format kParameter{.width = 12,
                                   .int_bits = 4,
                                   .is_signed = true,
                                   .rounding = fixed::Rounding::RND,
                                   .overflow = fixed::Overflow::SAT};
constexpr double kTwoThirdsRaw = 171;  // 2/3 in that format

std::string with_end(std::string name, std::string_view end, std::string_view other) {
  return name.replace(name.size() - end.size(), end.size(), other);
}

// The end of a name, behind a '.' or a '_'.
bool is_named(const std::string& name, std::string_view layer, std::string_view word) {
  std::string_view rest = name;
  if (!rest.ends_with(word) || rest.size() == word.size()) return false;
  rest.remove_suffix(word.size() + 1);
  return rest.ends_with(layer);
}

double raw_of(float value) {
  return static_cast<double>(fixed::raw_from_double(value, kParameter));
}

float threshold_of(float value) {
  return static_cast<float>(2 * std::floor(raw_of(value) / kTwoThirdsRaw) + 1);
}

float rounded(float value) {
  return static_cast<float>(std::ldexp(raw_of(value), -kParameter.frac_bits()));
}

store::Tensor each(const store::Tensor& tensor, const std::string& place, float (*change)(float)) {
  std::vector<float> values = store::values_of<float>(tensor, place);
  for (float& value : values) value = change(value);
  return store::make_tensor<float>(tensor.shape, std::span<const float>(values));
}

}  // namespace

store::Safetensors accelerator_values(const store::Safetensors& published,
                                      const std::string& place) {
  store::Safetensors result = published;
  for (const auto& [name, tensor] : published.tensors) {
    const std::string at = fmt::format("{}: tensor '{}'", place, name);
    if (is_named(name, "", "threshold")) {
      result.tensors[name] = each(tensor, at, threshold_of);
      const auto weight = published.tensors.find(with_end(name, "threshold", "weight"));
      if (weight != published.tensors.end())
        result.tensors[with_end(name, "threshold", "msb_sum_weight")] = weight->second;
    }
    if (is_named(name, "linear", "weight")) result.tensors[name] = each(tensor, at, rounded);
  }
  return result;
}

}  // namespace qfx::frontends
