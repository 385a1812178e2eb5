#include "imports/operators/quantizer.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "imports/operators/rules.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::imports {
namespace {

using fixed::Rounding;

constexpr std::string_view kQonnxDomains[] = {"",
                                              "onnx.brevitas",
                                              "qonnx.custom_op.general",
                                              "qonnx.custom_op.channels_last",
                                              "finn.custom_op.general"};
constexpr std::string_view kQonnxOperators[] = {"Quant", "IntQuant", "BipolarQuant", "Trunc"};

// Wider integers are no exact float64 beside another.
constexpr double kMostBits = 32;

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// QONNX's words for it.
Rounding read_rounding(const Call& call) {
  std::string name = call.text("rounding_mode", call.node.op == "Trunc" ? "FLOOR" : "ROUND");
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (name == "ROUND" || name == "HALF_EVEN") return Rounding::RND_CONV;
  if (name == "FLOOR") return Rounding::TRN;
  if (name == "DOWN") return Rounding::TRN_ZERO;
  if (name == "HALF_UP") return Rounding::RND_INF;
  if (name == "HALF_DOWN") return Rounding::RND_ZERO;
  fault(
      "its rounding_mode is {}; ROUND (ties to even), FLOOR, DOWN (toward zero), HALF_UP and "
      "HALF_DOWN are what fixed point has",
      in_quotes(name.substr(0, 40)));
}

const Tensor& constant_input(const Call& call, std::size_t i, std::string_view what) {
  const Tensor& tensor = call.in(i);
  if (!tensor.known) fault("its {} is computed from the samples; it must be a constant", what);
  if (tensor.size() < 1) fault("its {} is empty", what);
  return tensor;
}

Tensor read_scale(const Call& call, std::size_t i) {
  const Tensor& given = constant_input(call, i, "scale");
  if (given.is_integer) fault("its scale holds integers");
  for (const double value : given.reals) {
    if (!(value > 0) || !std::isfinite(value))
      fault("its scale holds {}; all must be finite and above 0", value);
  }
  return Tensor::of(given.shape, given.reals);
}

// One whole number; nothing where entries differ.
std::optional<std::int64_t> single(const Tensor& tensor, std::string_view what) {
  const double first = tensor.real(0);
  if (!(std::abs(first) <= 0x1p40) || first != std::floor(first))
    fault("its {} is {}; it must be a whole number", what, first);
  for (std::int64_t i = 1; i < tensor.size(); ++i) {
    if (tensor.real(i) != first) return std::nullopt;
  }
  return static_cast<std::int64_t>(first);
}

std::int64_t read_bits(const Call& call, std::size_t i) {
  const Tensor& given = constant_input(call, i, "bit width");
  const double bits = given.real(0);
  if (given.size() != 1 || !(bits >= 1 && bits <= kMostBits) || bits != std::floor(bits))
    fault("its bit width is {}; one whole number from 1 to {} is allowed", bits, kMostBits);
  return static_cast<std::int64_t>(bits);
}

Quantizer read_qonnx(const Call& call) {
  if (call.inputs.size() < 4) fault("its scale, zero point or bit width is missing");
  Quantizer result{.scale = read_scale(call, 1), .rounding = read_rounding(call)};
  const auto zero = single(constant_input(call, 2, "zero point"), "zero point");
  if (!zero) fault("its zero point differs between channels; the nearest is one for all");
  const std::int64_t bits = read_bits(call, 3);
  const bool is_signed = call.integer("signed", 1) != 0, is_narrow = call.integer("narrow", 0) != 0;
  if (bits == 1 && is_signed) {
    if (*zero != 0) fault("it has one bit and the zero point {}", *zero);
    result.is_bipolar = true;
    result.low = -1;
    result.high = 1;
    return result;
  }
  const std::int64_t all = std::int64_t{1} << bits, half = all / 2;
  result.low = is_signed ? -half + is_narrow : 0;
  result.high = is_signed ? half - 1 : all - 1 - is_narrow;
  if (result.low >= result.high)
    fault("its integers lie between {} and {}, which is one value", result.low, result.high);
  result.low -= *zero;
  result.high -= *zero;
  // The zero point is added before rounding: ties to even of the sum are ties to odd without an odd
  // one.
  if (*zero % 2 != 0 && result.rounding == Rounding::RND_CONV)
    result.rounding = Rounding::RND_CONV_ODD;
  if (*zero != 0 && is_any_of(to_string(result.rounding), {"TRN_ZERO", "RND_INF", "RND_ZERO"}))
    fault("it has the zero point {} and a rounding that counts from it; the nearest is ROUND",
          *zero);
  return result;
}

// What integers of ONNX's type lie between.
struct Ends {
  std::int64_t low = 0, high = 0;
};
Ends ends_of(int type) {
  switch (type) {
    case 2:
      return {0, 255};
    case 3:
      return {-128, 127};
    case 4:
      return {0, 65535};
    case 5:
      return {-32768, 32767};
    case 6:
      return {-(std::int64_t{1} << 31), (std::int64_t{1} << 31) - 1};
    case 21:
      return {0, 15};
    case 22:
      return {-8, 7};
    default:
      fault(
          "it quantizes to ONNX's type {}; int8, uint8, int16, uint16, int4 and uint4 are here, "
          "and int32 of constants",
          type);
  }
}

// A scale or zero point of QuantizeLinear or DequantizeLinear along their axis.
Tensor along_axis(const Call& call, Tensor tensor) {
  if (call.integer("block_size", 0) != 0) fault("it quantizes in blocks; the nearest is by axis");
  const std::size_t rank = call.in(0).shape.size();
  if (tensor.size() == 1) {
    tensor.shape.clear();
    return tensor;
  }
  if (tensor.shape.size() != 1) fault("its scale has the shape {}", to_string(tensor.shape));
  const std::size_t axis = Call::axis(call.integer("axis", 1), rank);
  if (tensor.size() != call.in(0).shape[axis])
    fault("its scale has {} entries, and axis {} of its input is {}", tensor.size(), axis,
          call.in(0).shape[axis]);
  tensor.shape.resize(rank - axis, 1);
  return tensor;
}

int type_of(const Call& call) {
  if (call.has(2)) return call.in(2).stored_as;
  const std::int64_t said = call.integer("output_dtype", 0);
  return said > 0 && said < 64 ? static_cast<int>(said) : 2;
}

Tensor read_zero(const Call& call) {
  if (!call.has(2)) return Tensor::of_integers({}, {0});
  const Tensor& zero = constant_input(call, 2, "zero point");
  if (!zero.is_integer) fault("its zero point is of a floating-point type");
  return along_axis(call, zero);
}

Quantizer read_linear(const Call& call) {
  Quantizer result{.scale = along_axis(call, read_scale(call, 1))};
  const auto zero = single(read_zero(call), "zero point");
  if (!zero) fault("its zero point differs between channels; the nearest is one for all");
  const Ends ends = ends_of(type_of(call));
  if (*zero < ends.low || *zero > ends.high) fault("its zero point is {}", *zero);
  result.low = ends.low - *zero;
  result.high = ends.high - *zero;
  return result;
}

Tensor dequantized(const Call& call) {
  const Tensor& x = call.in(0);
  const Tensor scale = along_axis(call, read_scale(call, 1)), zero = read_zero(call);
  if (!x.known) return Tensor::unknown(x.shape);
  check_affordable(x.shape);
  const auto at_scale = broadcast_index(scale.shape, x.shape);
  const auto at_zero = broadcast_index(zero.shape, x.shape);
  Tensor result{.shape = x.shape};
  for (std::int64_t i = 0; i < x.size(); ++i)
    result.reals.push_back((x.real(i) - zero.real(at_zero[i])) * scale.reals[at_scale[i]]);
  return result;
}

Tensor quantized(const Call& call, const Quantizer& quantizer) {
  const Tensor& x = call.in(0);
  if (x.is_integer) fault("it quantizes integers");
  if (broadcast(quantizer.scale.shape, x.shape) != x.shape)
    fault("its scale of the shape {} would repeat its input {}", to_string(quantizer.scale.shape),
          to_string(x.shape));
  if (!x.known) return Tensor::unknown(x.shape);
  check_affordable(x.shape);
  const auto at = broadcast_index(quantizer.scale.shape, x.shape);
  const auto low = static_cast<double>(quantizer.low), high = static_cast<double>(quantizer.high);
  Tensor result{.shape = x.shape};
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const double scale = quantizer.scale.reals[at[i]];
    double value = x.reals[i] / scale;
    if (!std::isfinite(value)) fault("it quantizes {}; all values must be finite", x.reals[i]);
    if (quantizer.is_bipolar)
      value = value >= 0 ? 1 : -1;
    else
      value = std::min(
          std::max(call.node.is_smooth ? value : rounded(value, quantizer.rounding), low), high);
    result.reals.push_back(value * scale);
  }
  return result;
}

}  // namespace

std::string_view domain_of(const Node& node) {
  const bool is_qonnx =
      std::ranges::find(kQonnxOperators, node.op) != std::end(kQonnxOperators) &&
      std::ranges::find(kQonnxDomains, node.domain) != std::end(kQonnxDomains);
  return is_qonnx ? kQonnxDomain : std::string_view(node.domain);
}

bool is_quantizer(const Node& node) {
  if (domain_of(node) == kQonnxDomain)
    return is_any_of(node.op, {"Quant", "IntQuant", "BipolarQuant"});
  return node.domain.empty() && is_any_of(node.op, {"QuantizeLinear", "DequantizeLinear"});
}

bool is_plain_quant(const Node& node) {
  return node.domain == kPlainDomain && node.op == "Quant";
}

Quantizer read_quantizer(const Call& call) {
  if (call.node.op == "QuantizeLinear") return read_linear(call);
  if (call.node.op != "BipolarQuant") return read_qonnx(call);
  return {.scale = read_scale(call, 1), .low = -1, .high = 1, .is_bipolar = true};
}

Quantizer read_dequantizer(const Call& call) {
  Quantizer result{.scale = along_axis(call, read_scale(call, 1))};
  const Tensor& x = call.in(0);
  if (!x.is_integer) fault("its input holds no integers");
  const Tensor zero = read_zero(call);
  const auto [least, most] = std::ranges::minmax_element(zero.integers);
  const int type = call.has(2) && call.in(2).stored_as != 0 ? call.in(2).stored_as : x.stored_as;
  const Ends ends = ends_of(type);
  const bool is_even = *least == *most && (*least == 0 || *least * 2 == ends.low + ends.high + 1);
  if (type != 6 && is_even) {
    result.low = ends.low - *least;
    result.high = ends.high - *least;
    return result;
  }
  // What there is, where the type says more than its values need.
  if (!x.known || x.integers.empty()) fault("its input must be a constant");
  const auto [low, high] = std::ranges::minmax_element(x.integers);
  result.low = std::min<std::int64_t>(*low - *most, -1);
  result.high = std::max<std::int64_t>(*high - *least, 1);
  return result;
}

Quantizer read_plain(const Node& node) {
  const std::vector<const Tensor*> none;
  const Call call{node, none};
  Quantizer result{.low = call.integer("low", 0), .high = call.integer("high", 1)};
  const std::int64_t frac_bits = call.integer("frac_bits", 0);
  constexpr std::int64_t kMost = std::int64_t{1} << 33;
  if (std::abs(frac_bits) > 128 || result.low < -kMost || result.high > kMost ||
      result.low >= result.high)
    fault("its format does not exist");
  result.scale = Tensor::of({}, {std::ldexp(1.0, -static_cast<int>(frac_bits))});
  result.is_bipolar = call.integer("bipolar", 0) != 0;
  try {
    result.rounding = fixed::parse_rounding(call.text("rounding", "RND_CONV"));
  } catch (const UserError& error) {
    fault("{}", error.what());
  }
  return result;
}

double rounded(double v, Rounding rounding) {
  const double below = std::floor(v), rest = v - below;
  const auto nearest = [&](bool up) { return rest > 0.5 || (rest == 0.5 && up) ? below + 1 : below; };
  const bool is_odd = std::fmod(below, 2) != 0;
  switch (rounding) {
    case Rounding::RND:
      return nearest(true);
    case Rounding::RND_ZERO:
      return nearest(v < 0);
    case Rounding::RND_MIN_INF:
      return nearest(false);
    case Rounding::RND_INF:
      return nearest(v > 0);
    case Rounding::RND_CONV:
      return nearest(is_odd);
    case Rounding::RND_CONV_ODD:
      return nearest(!is_odd);
    case Rounding::TRN:
      return below;
    case Rounding::TRN_ZERO:
      return std::trunc(v);
  }
  internal_error("unknown rounding {}", static_cast<int>(rounding));
}

std::optional<int> frac_bits_of(double scale) {
  int exponent = 0;
  if (std::frexp(scale, &exponent) != 0.5) return std::nullopt;
  return 1 - exponent;
}

Tensors quant(const Call& call) {
  return {quantized(call, is_plain_quant(call.node) ? read_plain(call.node) : read_quantizer(call))};
}

Tensors quantize_linear(const Call& call) {
  const Quantizer quantizer = read_quantizer(call);
  Tensor values = quantized(call, quantizer);
  // The integers of the file, with the zero point; real numbers where they are not rounded.
  const Ends ends = ends_of(type_of(call));
  const std::int64_t zero = ends.low - quantizer.low;
  Tensor result{.shape = values.shape, .is_integer = !call.node.is_smooth, .known = values.known};
  result.stored_as = type_of(call);
  if (!values.known) return {std::move(result)};
  const auto at = broadcast_index(quantizer.scale.shape, values.shape);
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const double value =
        values.reals[i] / quantizer.scale.reals[at[i]] + static_cast<double>(zero);
    if (std::isnan(value)) fault("it quantizes what is no number");
    if (result.is_integer)
      result.integers.push_back(std::llround(value));
    else
      result.reals.push_back(value);
  }
  return {std::move(result)};
}

Tensors dequantize_linear(const Call& call) {
  return {dequantized(call)};
}

// Version 1 has five inputs and keeps the scale, version 2 has six.
Tensors trunc(const Call& call) {
  const Tensor& x = call.in(0);
  const TruncParts parts = read_trunc(call);
  if (!x.known) return {Tensor::unknown(x.shape)};
  check_affordable(x.shape);
  Tensor result{.shape = x.shape};
  for (const double value : x.reals) {
    double y = value / parts.scale;
    if (!call.node.is_smooth) y = std::nearbyint(y);
    y *= parts.factor;
    if (parts.high > parts.low)
      y = std::min(std::max(y, static_cast<double>(parts.low)), static_cast<double>(parts.high));
    if (!call.node.is_smooth) y = rounded(y, parts.rounding);
    result.reals.push_back(y * parts.output_scale);
  }
  return {std::move(result)};
}

TruncParts read_trunc(const Call& call) {
  const Tensor scale = read_scale(call, 1);
  const auto zero = single(constant_input(call, 2, "zero point"), "zero point");
  if (scale.size() != 1 || zero != 0)
    fault("its scale or zero point differs between channels, or the zero point is not 0");
  const bool is_second = call.inputs.size() == 6;
  TruncParts parts{.scale = scale.reals[0], .rounding = read_rounding(call)};
  const std::int64_t in_bits = read_bits(call, 3), out_bits = read_bits(call, is_second ? 5 : 4);
  parts.in_bits = in_bits;
  if (!is_second) {
    if (out_bits > in_bits) fault("it has {} bits from {}", out_bits, in_bits);
    parts.output_scale = parts.scale;
    parts.factor = std::ldexp(1.0, static_cast<int>(out_bits - in_bits));
    return parts;
  }
  const Tensor output = read_scale(call, 4);
  if (output.size() != 1) fault("its output scale differs between channels");
  parts.output_scale = output.reals[0];
  parts.factor = std::exp2(-std::nearbyint(std::log2(parts.output_scale / parts.scale)));
  const bool is_signed = call.integer("signed", 1) != 0, is_narrow = call.integer("narrow", 0) != 0;
  const std::int64_t all = std::int64_t{1} << out_bits;
  parts.low = is_signed ? -all / 2 + is_narrow : 0;
  parts.high = is_signed ? all / 2 - 1 : all - 1 - is_narrow;
  if (parts.low >= parts.high) fault("its integers are one value");
  return parts;
}

}  // namespace qfx::imports
