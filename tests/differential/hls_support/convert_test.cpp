// raw.h: the one cast of every layer, every value through every mode of the vendor's, against the
// law.
#include <gtest/gtest.h>

#include "formats.h"

#include "qfx/cast.h"
#include "qfx/fixed/value.h"

namespace qfx::test {
namespace {

template <Format FROM, Format TO>
void check_cast() {
  const std::vector<std::int64_t> raw = every_raw(FROM);
  Beats<FROM> in;
  Beats<TO> out;
  write_all(in, raw);
  map<1 << FROM.width, Cast>(out, in);
  for (std::int64_t r : raw)
    ASSERT_EQ(read(out), fixed::cast_raw(r, FROM.frac_bits(), TO))
        << r << " of " << fixed::to_string(FROM) << " to " << fixed::to_string(TO);
}

TEST(Cast, EveryModeEveryValue) {
  each_mode([]<Format TO>() {
    check_cast<signed_format(8, 4), TO>();
    check_cast<unsigned_format(7, 3), TO>();
    check_cast<signed_format(6, 8), TO>();
    // More bits dropped than the source has, and than a word has.
    check_cast<signed_format(3, -4), TO>();
    check_cast<unsigned_format(3, -9), TO>();
    check_cast<signed_format(3, -40), TO>();
    // A grid coarser by more than a word.
    check_cast<signed_format(3, 40), TO>();
    check_cast<unsigned_format(3, 40), TO>();
  });
}

// The same format on both sides is a conversion too: SAT_SYM has no lowest value.
TEST(Cast, ToItsOwnFormat) {
  constexpr Format kSymmetric{4, 2, true, fixed::Rounding::RND, fixed::Overflow::SAT_SYM};
  check_cast<kSymmetric, kSymmetric>();
  check_cast<signed_format(4, 2), signed_format(4, 2)>();
}

}  // namespace
}  // namespace qfx::test
