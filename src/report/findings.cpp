#include "report/findings.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

#include "qfx/base/error.h"
#include "qfx/fixed/format.h"

namespace qfx::report {
namespace {

constexpr double kMuch = 0.01;

bool has_warning(const std::vector<Warning>& warnings, const char* kind, const std::string& about) {
  return std::ranges::any_of(warnings,
                             [&](const Warning& w) { return w.kind == kind && w.about == about; });
}

std::string override_of(const std::string& tensor, const std::string& key) {
  std::string match;
  for (const char c : tensor) match += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
  return fmt::format("[[format.override]]\nmatch = \"{}\"\n{}", match, key);
}

// One point for several channels, each of which could have its own.
bool shares_a_point(const Json& tensor) {
  return tensor["role"] != "activation" && tensor["frac_bits"].size() == 1 &&
         tensor["shape"].is_array() && !tensor["shape"].empty() && tensor["shape"][0] > 1;
}

std::string wider(const Json& tensor) {
  const auto width = number(tensor, "width");
  return fmt::format("width = {}", width ? std::min(*width + 2, 32.0) : 10.0);
}

// One more integer bit than the format has; nothing where the format's text says nothing.
std::optional<std::string> more_int_bits(const std::string& format) {
  try {
    return fmt::format("int_bits = {}", fixed::parse_format(format).int_bits + 1);
  } catch (const UserError&) {
    return std::nullopt;
  }
}

// `said`: what training said about it, which knows the recipe.
std::string mend_overflow(const Json& tensor, const std::string& said = "") {
  const std::string name = tensor["name"].get<std::string>();
  const std::string format = text(tensor, "format").value_or("");
  if (said.find("more int_bits") != std::string::npos)
    if (const auto key = more_int_bits(format)) return override_of(name, *key);
  if (format.find("WRAP") != std::string::npos) return override_of(name, "overflow = \"SAT\"");
  if (shares_a_point(tensor)) return override_of(name, "granularity = \"channel\"");
  return override_of(name, wider(tensor));
}

// "2 of 16 values" where so few are counted that a share alone says little; empty elsewhere.
std::string counted(const Json& tensor, double share) {
  const auto elements = number(tensor, "elements");
  if (tensor["role"] == "activation" || !elements || *elements > 1000) return "";
  const double count = std::round(share * *elements);
  if (std::abs(count - share * *elements) > 0.01) return "";
  return fmt::format(" ({:.0f} of {:.0f})", count, *elements);
}

Json finding(const char* kind, const Json& tensor, const std::string& text,
             const std::string& mend) {
  return {{"kind", kind}, {"about", tensor["name"]}, {"text", text}, {"mend", mend}};
}

std::string mend_zeros(const Json& tensor) {
  return override_of(tensor["name"].get<std::string>(),
                     shares_a_point(tensor) ? "granularity = \"channel\"" : wider(tensor));
}

// What training warned of, and what to write where it is about a tensor of the page.
Json told(const Warning& warning, const Json& tensors) {
  Json finding = {
      {"kind", warning.kind}, {"about", warning.about}, {"text", warning.text}, {"mend", nullptr}};
  for (const Json& tensor : tensors) {
    if (warning.about.empty() || tensor["name"] != warning.about) continue;
    if (warning.kind == "overflow") finding["mend"] = mend_overflow(tensor, warning.text);
    if (warning.kind == "zeros") finding["mend"] = mend_zeros(tensor);
  }
  return finding;
}

// All of them 0: the layer gives the same for every sample. A bias or an offset may well be 0.
bool is_all_zero(const Json& tensor) {
  const std::string role = tensor["role"].get<std::string>();
  return (role == "weight" || role == "scale" || role == "slope") && tensor["ones"].is_object() &&
         tensor["minimum"] == 0.0 && tensor["maximum"] == 0.0;
}

}  // namespace

std::optional<double> last_overflow(const Json& tensor) {
  const Json& series = tensor["history"]["overflow"];
  for (auto it = series.rbegin(); it != series.rend(); ++it)
    if (it->is_number()) return it->get<double>();
  return std::nullopt;
}

Json findings_json(const std::vector<Warning>& warnings, const Json& tensors) {
  std::vector<std::pair<double, Json>> own;
  bool lists_overflows = false;
  for (const Json& tensor : tensors) {
    const std::string name = tensor["name"].get<std::string>();
    const std::string format = text(tensor, "format").value_or("?");
    const double overflow = last_overflow(tensor).value_or(0);
    if (is_all_zero(tensor) && !has_warning(warnings, "zeros", name))
      own.emplace_back(
          2, finding("zeros", tensor,
                     fmt::format("every value of {} is 0 in its format, {}", name, format),
                     mend_zeros(tensor)));
    if (overflow > kMuch && !has_warning(warnings, "overflow", name)) {
      lists_overflows = true;
      own.emplace_back(overflow,
                       finding("overflow", tensor,
                               fmt::format("{:.{}f} %{} of {}'s values lie outside its format, {}",
                                           100 * overflow, overflow < 0.1 ? 2 : 1,
                                           counted(tensor, overflow), name, format),
                               mend_overflow(tensor)));
    }
  }
  Json findings = Json::array();
  // A sentence about all the others says less than they do one by one.
  for (const Warning& warning : warnings)
    if (!lists_overflows || warning.kind != "overflow" || !warning.about.empty())
      findings.push_back(told(warning, tensors));
  std::ranges::stable_sort(own, std::greater{}, [](const auto& entry) { return entry.first; });
  for (auto& [weight, entry] : own) findings.push_back(std::move(entry));
  return findings;
}

}  // namespace qfx::report
