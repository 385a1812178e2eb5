// Numbers for people, and the arithmetic that several kinds of measures share.
#pragma once

#include <cstdint>
#include <string>

namespace qfx::measure {

std::string percent_text(double fraction);  // "91.23 %"
std::string grouped(std::int64_t number);   // "12,345"
std::string short_text(double value);       // four significant digits

// The sum of squared distances from the mean, of `count` values with these sums; never negative.
double spread(double count, double sum, double squares);

}  // namespace qfx::measure
