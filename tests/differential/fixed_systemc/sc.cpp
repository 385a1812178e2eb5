#include "sc.h"

#define SC_INCLUDE_FX
#include <cmath>
#include <map>
#include <systemc>

namespace qfx::fixed::matrix {
namespace {

const std::map<std::string_view, sc_dt::sc_q_mode> kRoundings = {
    {"RND", sc_dt::SC_RND},
    {"RND_ZERO", sc_dt::SC_RND_ZERO},
    {"RND_MIN_INF", sc_dt::SC_RND_MIN_INF},
    {"RND_INF", sc_dt::SC_RND_INF},
    {"RND_CONV", sc_dt::SC_RND_CONV},
    {"TRN", sc_dt::SC_TRN},
    {"TRN_ZERO", sc_dt::SC_TRN_ZERO}};

const std::map<std::string_view, sc_dt::sc_o_mode> kOverflows = {{"SAT", sc_dt::SC_SAT},
                                                                 {"SAT_ZERO", sc_dt::SC_SAT_ZERO},
                                                                 {"SAT_SYM", sc_dt::SC_SAT_SYM},
                                                                 {"WRAP", sc_dt::SC_WRAP},
                                                                 {"WRAP_SM", sc_dt::SC_WRAP_SM}};

}  // namespace

std::function<std::int64_t(double)> sc_cast(int width, int int_bits, bool is_signed,
                                            std::string_view rounding, std::string_view overflow,
                                            int wrap_bits) {
  const sc_dt::sc_fxtype_params format(width, int_bits, kRoundings.at(rounding),
                                       kOverflows.at(overflow), wrap_bits);
  const int frac_bits = width - int_bits;
  return [=](double value) {
    if (is_signed) {
      sc_dt::sc_fix target(format);
      target = value;
      return static_cast<std::int64_t>(std::ldexp(target.to_double(), frac_bits));
    }
    sc_dt::sc_ufix target(format);
    target = value;
    return static_cast<std::int64_t>(std::ldexp(target.to_double(), frac_bits));
  };
}

int sc_power_after_carry(int power) {
  sc_dt::sc_ufix source(power + 1, power, sc_dt::SC_TRN, sc_dt::SC_WRAP);
  for (int i = 0; i <= power; ++i) source[i] = true;
  sc_dt::sc_ufix target(power + 2, power + 2, sc_dt::SC_RND, sc_dt::SC_SAT);
  target = source;
  int highest = -1;
  for (int i = 0; i < power + 2; ++i) {
    if (static_cast<bool>(target[i])) highest = i;
  }
  return highest;
}

}  // namespace qfx::fixed::matrix

// libsystemc has a main that calls this one; the program's own main goes first.
int sc_main(int, char**) {
  return 0;
}
