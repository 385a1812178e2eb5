#include "backends/vitis/tables.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <iterator>
#include <optional>

#include "qfx/base/error.h"
#include "qfx/fixed/value.h"

namespace qfx::backends::vitis {
namespace {

using fixed::BigInt;
using graph::Role;

Constants begin(const Plan& plan, graph::NodeId id) {
  Constants constants;
  constants.sum_width = std::max(2, plan.analyzed.range(id).accumulator_width);
  constants.sum_frac_bits = plan.analyzed.range(id).accumulator_frac_bits;
  return constants;
}

// The factor's part of the constants, in the order of its own shape.
Constants begin(const Plan& plan, graph::NodeId id, const graph::FrozenParam& factor) {
  Constants constants = begin(plan, id);
  constants.factor_width = factor.format.width + (factor.format.is_signed ? 0 : 1);
  if (factor.k_hot > 0) {
    constants.digits = 1;
    constants.signed_digits = factor.signed_digits;
    for (std::int32_t raw : factor.raw)
      constants.digits = std::max(constants.digits, fixed::count_digits(raw, factor.signed_digits));
  }
  return constants;
}

// A shift beyond the sum's width moves only zeros, as the proof of the width says; it is cut
// because C++ leaves such shifts undefined.
std::int64_t shift_of(const Plan& plan, graph::NodeId id, const graph::FrozenParam& factor,
                      std::int64_t channel, const Constants& constants) {
  const int in_frac = plan.node(plan.node(id).inputs[0]).format.frac_bits();
  const std::int64_t shift = constants.sum_frac_bits - in_frac - factor.frac_bits(channel);
  QFX_ASSERT(shift >= 0);
  return std::min<std::int64_t>(shift, constants.sum_width - 1);
}

std::int64_t offset_of(const graph::FrozenParam* offset, std::int64_t channel,
                       const Constants& constants) {
  if (offset == nullptr || offset->raw[channel] == 0) return 0;
  const int shift = constants.sum_frac_bits - offset->frac_bits(channel);
  QFX_ASSERT(shift >= 0 && shift < 64);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(std::int64_t{offset->raw[channel]})
                                   << shift);
}

Constants convolution(const Plan& plan, graph::NodeId id) {
  const graph::FrozenNode& node = plan.node(id);
  const graph::FrozenParam& weight = node.params.at(Role::Weight);
  const std::int64_t outputs = weight.shape[0], inputs = weight.shape[1];
  const std::int64_t taps = weight.shape[2] * weight.shape[3];
  Constants constants = begin(plan, id, weight);
  constants.factor.shape = {outputs, taps, inputs};
  constants.shift.shape = constants.offset.shape = {outputs};
  for (std::int64_t o = 0; o < outputs; ++o) {
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t i = 0; i < inputs; ++i)
        constants.factor.values.push_back(weight.raw[(o * inputs + i) * taps + tap]);
    constants.shift.values.push_back(shift_of(plan, id, weight, o, constants));
    constants.offset.values.push_back(offset_of(find(node.params, Role::Bias), o, constants));
  }
  return constants;
}

Constants matrix(const Plan& plan, graph::NodeId id) {
  const graph::FrozenNode& node = plan.node(id);
  const graph::FrozenParam& weight = node.params.at(Role::Weight);
  const Layout& in = plan.layouts[node.inputs[0]];
  const std::int64_t outputs = weight.shape[0], inputs = weight.shape[1];
  QFX_ASSERT(in.elements() == inputs);
  Constants constants = begin(plan, id, weight);
  constants.factor.shape = {in.beats, outputs, in.lanes};
  for (std::int64_t beat = 0; beat < in.beats; ++beat)
    for (std::int64_t o = 0; o < outputs; ++o)
      for (std::int64_t lane = 0; lane < in.lanes; ++lane)
        constants.factor.values.push_back(weight.raw[o * inputs + in.element(beat, lane)]);
  constants.shift.shape = constants.offset.shape = {outputs};
  for (std::int64_t o = 0; o < outputs; ++o) {
    constants.shift.values.push_back(shift_of(plan, id, weight, o, constants));
    constants.offset.values.push_back(offset_of(find(node.params, Role::Bias), o, constants));
  }
  return constants;
}

// One constant a channel, in stream order: a row for all pixels of an image, one for each beat of a
// vector.
class ChannelTable {
 public:
  ChannelTable(const Plan& plan, graph::NodeId id)
      : layout_(plan.layouts[id]), is_image_(plan.node(id).shape.size() > 1) {}

  template <class Of>
  Table fill(const Of& value_of_channel) const {
    Table table{.shape = {is_image_ ? 1 : layout_.beats, layout_.lanes}, .values = {}};
    for (std::int64_t row = 0; row < table.shape[0]; ++row) {
      for (std::int64_t lane = 0; lane < layout_.lanes; ++lane)
        table.values.push_back(value_of_channel(is_image_ ? lane : layout_.element(row, lane)));
    }
    return table;
  }

 private:
  const Layout& layout_;
  bool is_image_;
};

// A factor with one entry serves every channel. Without offset the table is empty.
Constants channels(const Plan& plan, graph::NodeId id, std::optional<Role> factor_role,
                   std::optional<Role> offset_role) {
  const graph::FrozenNode& node = plan.node(id);
  const ChannelTable table(plan, id);
  const graph::FrozenParam* factor = factor_role ? find(node.params, *factor_role) : nullptr;
  const graph::FrozenParam* offset = offset_role ? find(node.params, *offset_role) : nullptr;
  Constants constants = factor == nullptr ? begin(plan, id) : begin(plan, id, *factor);
  if (factor != nullptr) {
    const auto entry = [&](std::int64_t c) { return factor->shape[0] == 1 ? 0 : c; };
    constants.factor = table.fill([&](std::int64_t c) { return factor->raw[entry(c)]; });
    constants.shift = table.fill(
        [&](std::int64_t c) { return shift_of(plan, id, *factor, entry(c), constants); });
  }
  if (offset != nullptr)
    constants.offset = table.fill([&](std::int64_t c) { return offset_of(offset, c, constants); });
  return constants;
}

// A hexadecimal literal of 32 bits is unsigned, and so would be its negative: what does not fit an
// int says that it is wider. The most negative number of a type has no literal of its own.
std::string literal(std::int64_t value) {
  if (value == INT32_MIN || value == INT64_MIN) return literal(value + 1) + " - 1";
  const std::int64_t magnitude = value < 0 ? -value : value;
  return fmt::format("{}{:#x}{}", value < 0 ? "-" : "", magnitude,
                     magnitude > INT32_MAX ? "LL" : "");
}

std::string digits_text(std::int64_t raw, int digits, bool signed_digits) {
  std::vector<std::string> codes;
  for (const fixed::Digit& digit : fixed::digits_of(raw, signed_digits)) {
    QFX_ASSERT(digit.exponent >= 0 && digit.exponent < 32);
    codes.push_back(fmt::format("{:#04x}", 0x40 | (digit.sign < 0 ? 0x80 : 0) | digit.exponent));
  }
  QFX_ASSERT(std::ssize(codes) <= digits);
  codes.resize(static_cast<std::size_t>(digits), "0x00");
  return fmt::format("{{{{{}}}}}", fmt::join(codes, ", "));
}

template <class Print>
void nest(const Table& table, std::size_t axis, std::size_t& at, const Print& print,
          std::string& text) {
  text += '{';
  const bool innermost = axis + 1 == table.shape.size();
  constexpr std::int64_t kLine = 32;
  for (std::int64_t i = 0; i < table.shape[axis]; ++i) {
    if (i > 0) text += innermost && i % kLine != 0 ? ", " : ",\n";
    if (innermost) {
      text += print(table.values[at++]);
    } else {
      nest(table, axis + 1, at, print, text);
    }
  }
  text += '}';
}

template <class Print>
std::string nested(const Table& table, const Print& print) {
  std::string text;
  std::size_t at = 0;
  nest(table, 0, at, print, text);
  QFX_ASSERT(at == table.values.size());
  return text;
}

}  // namespace

Constants constants_of(const Plan& plan, graph::NodeId node) {
  const graph::Op& op = plan.node(node).op;
  if (std::holds_alternative<graph::Conv2d>(op)) return convolution(plan, node);
  if (std::holds_alternative<graph::Linear>(op)) return matrix(plan, node);
  if (std::holds_alternative<graph::BatchNorm>(op))
    return channels(plan, node, Role::Scale, Role::Offset);
  if (std::holds_alternative<graph::Shift>(op))
    return channels(plan, node, std::nullopt, Role::Offset);
  QFX_ASSERT(std::holds_alternative<graph::Prelu>(op) ||
             std::holds_alternative<graph::LeakyRelu>(op));
  return channels(plan, node, Role::Slope, std::nullopt);
}

MeanConstants mean_constants(int sum_width, int sum_frac_bits, std::int64_t count,
                             int out_frac_bits) {
  MeanConstants mean;
  mean.sum_width = std::max(2, sum_width);
  mean.sum_frac_bits = sum_frac_bits;
  mean.twos = std::countr_zero(static_cast<std::uint64_t>(count));
  mean.divisor = count >> mean.twos;
  mean.reciprocal.shape = {1};
  mean.reciprocal.values = {0};
  if (mean.divisor == 1) return mean;
  mean.extra_frac_bits = std::max(0, out_frac_bits + 1 - sum_frac_bits - mean.twos);
  const int bits = std::bit_width(static_cast<std::uint64_t>(mean.divisor));
  mean.reciprocal_shift = mean.sum_width - 1 + mean.extra_frac_bits + bits;
  const BigInt reciprocal =
      ((BigInt(1) << mean.reciprocal_shift) + mean.divisor - 1) / mean.divisor;
  mean.reciprocal_width = static_cast<int>(msb(reciprocal)) + 1;
  mean.reciprocal.values.clear();
  export_bits(reciprocal, std::back_inserter(mean.reciprocal.values), 32, false);
  mean.reciprocal.shape = {std::ssize(mean.reciprocal.values)};
  return mean;
}

std::string c_type(int width) {
  if (width <= 8) return "signed char";
  if (width <= 16) return "short";
  return width <= 32 ? "int" : "int64_t";
}

std::string c_type(const fixed::Format& format) {
  const std::string type = c_type(format.width);
  return format.is_signed ? type : type == "signed char" ? "unsigned char" : "unsigned " + type;
}

std::string initializer(const Table& table) {
  return nested(table, literal);
}

std::string digit_initializer(const Table& table, int digits, bool signed_digits) {
  return nested(table, [&](std::int64_t raw) { return digits_text(raw, digits, signed_digits); });
}

}  // namespace qfx::backends::vitis
