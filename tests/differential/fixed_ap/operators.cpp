// The operators, their result types, comparisons and shifts.
#include "ap.h"

namespace qfx::fixed::matrix {
namespace {

// Every pair of them, every value.
struct Small {
  static constexpr std::array kFormats = {plain(1, 1, true), plain(2, 3, false),
                                          plain(3, 1, true), plain(3, -1, false),
                                          plain(4, 2, true), plain(4, 6, true)};
  static constexpr auto kPairs = cross(kFormats, kFormats);
};
struct Large {
  static constexpr std::array kWidths = {20, 32, 64};
  static constexpr auto kPairs = mixed_pairs<6>(500, kWidths, true);
};
struct Huge {
  static constexpr std::array kWidths = {65, 200};
  static constexpr auto kPairs = mixed_pairs<3>(700, kWidths, true);
};
const bool kAdded =
    add(operations<Ap, Small>()) && add(operations<Ap, Large>()) && add(operations<Ap, Huge>());

}  // namespace
}  // namespace qfx::fixed::matrix
