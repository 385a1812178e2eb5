#include "graph/verify/checks.h"

#include <cstdlib>

namespace qfx::graph {

bool is_legal_name(const std::string& name) {
  return !name.empty() && name.size() <= kMaxNameLength && is_printable_ascii(name);
}

void check_format(const fixed::Format& format, const std::string& tensor) {
  const int widest = format.is_signed ? kMaxSignedWidth : kMaxUnsignedWidth;
  if (format.width < 1 || format.width > widest)
    user_error("tensor '{}': width is {}, allowed are 1 to {} ({})", tensor, format.width, widest,
               format.is_signed ? "signed" : "unsigned");
  if (std::abs(std::int64_t{format.width} - format.int_bits) > kMaxFracBits)
    user_error(
        "tensor '{}': {} bits with {} integer bits leave {} fraction bits, allowed are {} to {}",
        tensor, format.width, format.int_bits, std::int64_t{format.width} - format.int_bits,
        -kMaxFracBits, kMaxFracBits);
  try {
    fixed::validate(format);
  } catch (const UserError& error) {
    user_error("tensor '{}': {}", tensor, error.what());
  }
}

}  // namespace qfx::graph
