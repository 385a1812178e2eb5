// The cast of semantics.md, section 2, in ONNX's operators.
#include <algorithm>
#include <cmath>

#include "imports/write/writer.h"

namespace qfx::imports {
namespace {

using fixed::Format;
using fixed::Overflow;
using fixed::Rounding;

Real type_for(const Format& format) {
  return format.width <= kFloatBits ? Real::Float : Real::Double;
}

double unit(int frac_bits) {
  return std::ldexp(1.0, -frac_bits);
}

}  // namespace

// Where the exact value is one of the format's there is nothing to do, but that a Quant says the
// format to who builds hardware of the file.
void Writer::assign(Exact exact) {
  const Format& format = node().format;
  if (by_quant(exact)) return;
  // The ends of a wide range are no floats.
  if (exact.type == Real::Float && format.width > kFloatBits && model_.range(id_).can_overflow) {
    exact.name = to_type(exact.name, Real::Float, Real::Double);
    exact.type = Real::Double;
  }
  const bool rounds = exact.is_quotient || exact.frac_bits > format.frac_bits();
  const bool overflows = model_.range(id_).can_overflow;
  const Real to = type_for(format);
  if (!rounds && !overflows) return place(to_type(exact.name, exact.type, to), to);
  std::string q = exact.name;
  const bool has_unit = format.frac_bits() != 0;
  if (has_unit) q = add("Mul", {q, number(exact.type, unit(-format.frac_bits()))});
  if (rounds) q = rounded(exact, q);
  if (overflows) q = kept_inside(q, exact.type);
  if (has_unit) q = add("Mul", {q, number(exact.type, unit(format.frac_bits()))});
  place(to_type(q, exact.type, to), to);
}

std::string Writer::rounded(const Exact& exact, std::string u) {
  const auto shifted = [&](const std::string& v, double by) {
    return add("Add", {v, number(exact.type, by)});
  };
  // By the magnitude, with the sign of the value.
  const auto mirrored = [&](const std::string& op, double by) {
    std::string magnitude = add("Abs", {u});
    if (by != 0) magnitude = shifted(magnitude, by);
    return add("Mul", {add("Sign", {u}), add(op, {magnitude})});
  };
  switch (node().format.rounding) {
    case Rounding::RND:
      return add("Floor", {shifted(u, 0.5)});
    case Rounding::RND_MIN_INF:
      return add("Ceil", {shifted(u, -0.5)});
    case Rounding::RND_CONV:
      return add("Round", {u});
    case Rounding::RND_CONV_ODD:
      return shifted(add("Round", {shifted(u, -1)}), 1);
    case Rounding::RND_INF:
      return mirrored("Floor", 0.5);
    case Rounding::RND_ZERO:
      return mirrored("Ceil", -0.5);
    case Rounding::TRN:
      return add("Floor", {u});
    case Rounding::TRN_ZERO:
      return mirrored("Floor", 0);
  }
  refuse("its rounding is not known");
}

std::string Writer::kept_inside(const std::string& q, Real type) {
  const Format& format = node().format;
  const auto low = static_cast<double>(fixed::min_raw(format));
  const auto high = static_cast<double>(fixed::max_raw(format));
  switch (format.overflow) {
    case Overflow::SAT:
    case Overflow::SAT_SYM:
      return add("Clip", {q, number(type, static_cast<double>(fixed::held_range(format).lo)),
                          number(type, high)});
    case Overflow::SAT_ZERO: {
      const std::string inside = add("Clip", {q, number(type, low), number(type, high)});
      return add("Where", {add("Equal", {q, inside}), q, number(type, 0)});
    }
    case Overflow::WRAP: {
      if (format.wrap_bits > 0) break;
      // q - 2^W * floor((q - L) / 2^W)
      const double all = high - low + 1;
      const std::string turns = add(
          "Floor", {add("Mul", {add("Sub", {q, number(type, low)}), number(type, 1 / all)})});
      return add("Sub", {q, add("Mul", {turns, number(type, all)})});
    }
    case Overflow::WRAP_SM:
      break;
  }
  refuse("its format " + fixed::to_string(format) +
         " can overflow, and ONNX has no such overflow; SAT, SAT_SYM, SAT_ZERO and WRAP without "
         "wrap_bits are there");
}

// Whether a Quant node can say the format: it saturates, and its result is a float.
bool Writer::has_quant() const {
  const Format& format = node().format;
  const bool saturates = format.overflow == Overflow::SAT ||
                         format.overflow == Overflow::SAT_SYM || !model_.range(id_).can_overflow;
  // One signed bit is -1 and +1 to a Quant.
  return !options_.plain && saturates && format.width <= kFloatBits &&
         (format.width > 1 || !format.is_signed);
}

// Half a step rides in a layer's own bias or offset where a Quant behind it floors: hls4ml takes no
// sum with a constant right behind a convolution. Empty where there is nothing to add.
std::string Writer::addend(const std::optional<graph::Role>& role, const Shape& shape,
                           Exact& exact) {
  const Format& format = node().format;
  exact.has_half = has_quant() && exact.type == Real::Float &&
                   format.rounding == Rounding::RND &&
                   (exact.is_quotient || exact.frac_bits > format.frac_bits());
  const double half = exact.has_half ? unit(format.frac_bits() + 1) : 0;
  if (role) return parameter(*role, exact.type, shape, 0, half);
  if (half == 0) return "";
  const auto count = static_cast<std::size_t>(element_count(shape));
  return graph_.constant(node().name + ".half", exact.type, shape,
                         std::vector<double>(count, half));
}

// By a Quant node, whose rounding counts in the format's units, where it has the rounding.
bool Writer::by_quant(const Exact& exact) {
  const Format& format = node().format;
  if (!has_quant()) return false;
  std::string value = exact.name;
  std::string rounding = "ROUND";
  const double half = unit(format.frac_bits() + 1);
  const auto shifted = [&](double by) {
    value = add("Add", {value, number(exact.type, by)});
  };
  if (exact.is_quotient || exact.frac_bits > format.frac_bits()) {
    switch (format.rounding) {
      case Rounding::RND:
        // hls4ml knows ROUND and FLOOR alone.
        if (!exact.has_half) shifted(half);
        rounding = "FLOOR";
        break;
      case Rounding::RND_MIN_INF:
        // What is below zero becomes zero before it is rounded.
        if (format.is_signed) return false;
        rounding = "HALF_DOWN";
        break;
      case Rounding::RND_INF:
        rounding = "HALF_UP";
        break;
      case Rounding::RND_ZERO:
        rounding = "HALF_DOWN";
        break;
      case Rounding::RND_CONV:
        break;
      case Rounding::TRN:
        rounding = "FLOOR";
        break;
      case Rounding::TRN_ZERO:
        rounding = "DOWN";
        break;
      case Rounding::RND_CONV_ODD:
        return false;
    }
  }
  place(quant(value, number(Real::Float, unit(format.frac_bits())), format, rounding, node().name),
        Real::Float);
  return true;
}

std::string Writer::quant(const std::string& value, const std::string& scale, const Format& format,
                          const std::string& rounding, const std::string& like) {
  const bool is_narrow = format.is_signed && format.overflow == Overflow::SAT_SYM;
  return graph_.add("Quant",
                    {value, scale, number(Real::Float, 0), number(Real::Float, format.width)}, like,
                    {{"signed", std::int64_t{format.is_signed}},
                     {"narrow", std::int64_t{is_narrow}},
                     {"rounding_mode", rounding}},
                    kWrittenDomain);
}

}  // namespace qfx::imports
