#include "graph/verify/verify.h"

#include <algorithm>
#include <cstdlib>

namespace qfx::graph {
namespace {

bool is_printable(char c) {
  return c >= 0x20 && c <= 0x7e;
}

}  // namespace

bool is_legal_name(const std::string& name) {
  return !name.empty() && name.size() <= kMaxNameLength && std::ranges::all_of(name, is_printable);
}

std::string quoted(const std::string& name) {
  constexpr std::size_t kShown = 80;
  std::string text = "'";
  for (char c : name.substr(0, kShown)) {
    if (is_printable(c))
      text += c;
    else
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text + (name.size() > kShown ? "...'" : "'");
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
