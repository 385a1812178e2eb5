// Formats of up to 64 bits, and beyond any machine integer.
#include "ap.h"

namespace qfx::fixed::matrix {
namespace {

struct Machine {
  static constexpr std::array kWidths = {1, 2, 7, 8, 16, 24, 31, 32, 33, 48, 62, 63};
  static constexpr auto kPairs = [] {
    auto pairs = mixed_pairs<96>(1, kWidths, true);
    // An int64 carries the raw value: 64 bits where there is a sign.
    for (std::size_t i = 0; i < pairs.size(); i += 6)
      if (pairs[i].from.is_signed) pairs[i].from.width = 64;
    return pairs;
  }();
};
struct Wide {
  static constexpr std::array kWidths = {63, 64, 65, 128, 129, 256};
  static constexpr auto kPairs = mixed_pairs<32>(9000, kWidths, true);
};
const bool kAdded = add(conversions<Ap, Machine>()) && add(wide_conversions<Ap, Wide>());

}  // namespace
}  // namespace qfx::fixed::matrix
