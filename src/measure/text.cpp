#include "measure/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace qfx::measure {

std::string percent_text(double fraction) {
  return fmt::format("{:.2f} %", 100 * fraction);
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string short_text(double value) {
  return fmt::format("{:.4g}", value);
}

double spread(double count, double sum, double squares) {
  return std::max(0.0, squares - sum * sum / count);
}

}  // namespace qfx::measure
