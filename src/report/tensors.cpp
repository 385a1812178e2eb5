#include "report/tensors.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "report/ranges.h"

#include "qfx/base/error.h"
#include "qfx/fixed/format.h"
#include "qfx/graph/role.h"

namespace qfx::report {
namespace {

// "weight" of "block1.conv.weight"; "activation" of "block1.conv", whose dot is part of the node's
// name.
std::string role_of(const std::string& name) {
  const std::string last = name.substr(name.rfind('.') + 1);
  return last != name && graph::find_role(last) ? last : "activation";
}

Json latest_points(const TensorHistory& history) {
  return history.frac_bits.empty() ? Json::array() : history.frac_bits.rbegin()->second;
}

// A log may hold any number.
std::vector<int> whole(const Json& points) {
  std::vector<int> out;
  for (const Json& point : points)
    out.push_back(static_cast<int>(std::clamp(point.get<double>(), -999.0, 999.0)));
  return out;
}

// A tensor that only the log knows.
Json logged_tensor(const std::string& name, const TensorHistory& history) {
  Json tensor = Json::object();
  for (const char* key :
       {"shape", "elements", "width", "format", "range_low", "range_high", "narrow_low",
        "narrow_high", "histogram", "ones", "minimum", "maximum", "used", "at_limit"})
    tensor[key] = nullptr;
  tensor["name"] = name;
  tensor["role"] = role_of(name);
  tensor["frac_bits"] = latest_points(history);
  if (history.format.empty()) return tensor;
  tensor["format"] = history.format;
  try {
    const fixed::Format format = fixed::parse_format(history.format);
    tensor["width"] = format.width;
    tensor.update(range_fields(format, whole(tensor["frac_bits"])));
  } catch (const UserError&) {
    // The log's text is shown as it is.
  }
  return tensor;
}

// Values as training saw them say more than the frozen integers: they show what fell outside the
// range.
void take_logged_histogram(Json& tensor, const Json& histogram) {
  tensor["histogram"] = histogram;
  tensor["histogram"]["from"] = "training";
  // Scaled values are nobody's.
  for (const char* end : {"minimum", "maximum"})
    if (tensor[end].is_null() && number(histogram, "points").value_or(1) <= 1)
      tensor[end] = histogram[end];
  // With a point a channel the log scales each channel's values to one range. Older logs drew them
  // unscaled against one channel's, which judges the others wrongly: those are drawn with all
  // channels' ranges. How much of its range such a tensor uses only the model knows.
  const bool has_channels = tensor["frac_bits"].size() > 1;
  const bool is_scaled = number(histogram, "points").value_or(1) > 1;
  tensor["histogram"]["is_scaled"] = has_channels && is_scaled;
  for (const char* end : {"range_low", "range_high", "narrow_low", "narrow_high"})
    if (has_channels && !is_scaled)
      tensor["histogram"][end] = tensor[end];
    else if (!histogram.contains(end))
      tensor["histogram"][end] = nullptr;
  if (!tensor["used"].is_null() || has_channels) return;
  double used = 0;
  for (const auto& [end, limit] : {std::pair{"minimum", "range_low"}, {"maximum", "range_high"}})
    if (histogram[end].is_number() && histogram[limit].is_number() &&
        histogram[limit].get<double>() != 0)
      used = std::max(used, histogram[end].get<double>() / histogram[limit].get<double>());
  tensor["used"] = used;
}

}  // namespace

Json join_tensors(Json tensors, const History& history) {
  std::set<std::string> known;
  for (Json& tensor : tensors) {
    if (!tensor["histogram"].is_null()) {
      tensor["histogram"]["from"] = "model";
      tensor["histogram"]["is_scaled"] = false;
      tensor["histogram"]["outside"] = 0;
      for (const char* end : {"narrow_low", "narrow_high"}) tensor["histogram"][end] = tensor[end];
    }
    known.insert(tensor["name"].get<std::string>());
  }
  for (const auto& [name, tensor] : history.tensors)
    if (!known.contains(name)) tensors.push_back(logged_tensor(name, tensor));
  for (Json& tensor : tensors) {
    const auto it = history.tensors.find(tensor["name"].get<std::string>());
    const TensorHistory none;
    const TensorHistory& logged = it == history.tensors.end() ? none : it->second;
    tensor["history"] = history_json(logged, history.moments.size());
    if (!logged.histogram.is_null()) take_logged_histogram(tensor, logged.histogram);
  }
  return tensors;
}

}  // namespace qfx::report
