// Kinds that add up, and tables.
#include <algorithm>
#include <bit>
#include <cmath>

#include "imports/write/writer.h"

#include "qfx/graph/window_counts.h"

namespace qfx::imports {
namespace {

using graph::Pair;
using graph::Role;
using Sizes = std::vector<std::int64_t>;

Sizes both(const Pair& pair) {
  return {pair[0], pair[1]};
}
std::optional<Role> own(bool has, Role role) {
  return has ? std::optional(role) : std::nullopt;
}
std::vector<WrittenAttribute> attributes_of(const graph::Window& window) {
  const graph::Sides& pads = window.padding;
  return {{"kernel_shape", both(window.kernel)},
          {"strides", both(window.stride)},
          {"pads", Sizes{pads.top, pads.left, pads.bottom, pads.right}},
          {"dilations", both(window.dilation)}};
}

}  // namespace

void Writer::no_accumulator(const std::optional<fixed::Format>& accumulator) const {
  if (accumulator)
    refuse("its accumulator rounds after every addition, and ONNX's sums do not; freeze it without");
}

std::string Writer::convolved(const std::string& x, const std::string& weight,
                              const graph::Window& window, const std::string& bias) {
  std::vector<std::string> inputs{x, weight};
  if (!bias.empty()) inputs.push_back(bias);
  std::vector<WrittenAttribute> attributes = attributes_of(window);
  attributes.push_back({"group", window.groups == 0 ? source().shape[0] : window.groups});
  return add("Conv", inputs, attributes);
}

Exact Writer::exact(const graph::Conv2d& kind) {
  no_accumulator(kind.accumulator);
  const Real type = exact_type();
  need_float(type, "Conv");
  const Shape shape = node().params.at(Role::Weight).shape;
  const std::string weight = parameter(Role::Weight, type, shape, 0);
  Exact exact{.type = type, .frac_bits = model_.range(id_).accumulator_frac_bits};
  const std::string bias = addend(own(kind.has_bias, Role::Bias), {shape[0]}, exact);
  exact.name = convolved(x(type), weight, products_window(kind), bias);
  return exact;
}

Exact Writer::exact(const graph::FractionalConv2d& kind) {
  const Real type = exact_type();
  need_float(type, "Conv");
  const Shape shape = node().params.at(Role::Weight).shape;
  const std::string weight = parameter(Role::Weight, type, shape, 0);
  const std::string is_high = add("GreaterOrEqual", {x(type), number(type, 0)});
  const std::string high = add("Where", {is_high, number(type, 2), number(type, -2)});
  const std::string first = convolved(high, weight, products_window(kind));
  const std::string whole = convolved(x(type), weight, products_window(kind));
  const std::string exceeds =
      add("Greater", {first, parameter(Role::Threshold, type, {shape[0], 1, 1}, 0)});
  return {add("Where", {exceeds, whole, first}), type, model_.range(id_).accumulator_frac_bits};
}

Exact Writer::exact(const graph::Linear& kind) {
  no_accumulator(kind.accumulator);
  const Real type = exact_type();
  const Shape shape = node().params.at(Role::Weight).shape;
  Exact exact{.type = type, .frac_bits = model_.range(id_).accumulator_frac_bits};
  exact.name = add("MatMul", {x(type), parameter(Role::Weight, type, {shape[1], shape[0]}, 1)});
  const std::string bias = addend(own(kind.has_bias, Role::Bias), {shape[0]}, exact);
  if (!bias.empty()) exact.name = add("Add", {exact.name, bias});
  return exact;
}

Exact Writer::exact(const graph::MaxPool2d& kind) {
  const Real type = exact_type();
  return {add("MaxPool", {x(type)}, attributes_of(kind.window())), type,
          source().format.frac_bits()};
}

// Whether a mean of an odd number of values, rounded to the nearest, is never half a step from two:
// then single precision's error moves no result, however it divides.
bool Writer::is_clear_of_ties(std::int64_t count, int width) const {
  using enum fixed::Rounding;
  const fixed::Rounding rounding = node().format.rounding;
  const int finer = node().format.frac_bits() - source().format.frac_bits();
  return count % 2 == 1 && finer >= 0 && width + finer <= 20 && rounding != TRN &&
         rounding != TRN_ZERO;
}

// The quotient of two integers is a double whose error is far below what tells a tie from its
// neighbours.
Exact Writer::quotient(const std::string& sum, const std::string& count, std::int64_t largest) {
  if (model_.range(id_).accumulator_width + 2 * static_cast<int>(std::ceil(std::log2(largest))) > 48)
    refuse("its mean takes more bits than a double has");
  return {add("Div", {sum, count}), Real::Double, 0, true};
}

// The fraction bits of a mean of a power of two, or a quotient of an odd number, in single
// precision; nothing where that is not enough.
std::optional<Exact> Writer::single_mean(std::int64_t count) {
  const int width = model_.range(id_).accumulator_width;
  const bool is_float = width <= kFloatBits && values_[node().inputs[0]].type == Real::Float;
  const bool is_power = (count & (count - 1)) == 0;
  if (!is_float || (!is_power && !is_clear_of_ties(count, width))) return std::nullopt;
  int frac_bits = source().format.frac_bits();
  for (std::int64_t rest = count; is_power && rest > 1; rest /= 2) ++frac_bits;
  return Exact{"", Real::Float, frac_bits, !is_power};
}

// A mean as a depthwise convolution by 1 / count, which readers of Quant nodes take where they have
// no mean with channels last (hls4ml, qonnx). Of an odd count the weight is a rounded one; nothing
// where that and the sums' rounding in single precision could carry a mean over a tie, which is at
// least 1 / (2 count) of a step away.
std::optional<Exact> Writer::mean_by_conv(const graph::Window& window) {
  const std::int64_t count = window.kernel[0] * window.kernel[1];
  std::optional<Exact> mean = single_mean(count);
  if (!mean || !has_quant()) return std::nullopt;
  fixed::Format format{.width = 2, .int_bits = 2 - mean->frac_bits + source().format.frac_bits()};
  if (mean->is_quotient) {
    const int bits = model_.range(id_).accumulator_width - 1 + node().format.frac_bits() -
                     source().format.frac_bits();  // of the sum's magnitude in steps of the result
    format.width = bits + 5;
    if (format.width > kFloatBits || (count << bits) > 3 << 21) return std::nullopt;
    format.int_bits = 2 - static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count)));
  }
  const std::int64_t channels = source().shape[0];
  const double weight =
      std::ldexp(std::round(std::ldexp(1.0, format.frac_bits()) / static_cast<double>(count)),
                 -format.frac_bits());
  const std::string name = node().name + ".mean";
  const std::string constant =
      graph_.constant(name, Real::Float, {channels, 1, window.kernel[0], window.kernel[1]},
                      std::vector<double>(static_cast<std::size_t>(channels * count), weight));
  const std::string scale = number(Real::Float, std::ldexp(1.0, -format.frac_bits()));
  const std::string bias = addend(std::nullopt, {channels}, *mean);
  mean->name = convolved(x(Real::Float), quant(constant, scale, format, "ROUND", name + ".Quant"),
                         window, bias);
  return mean;
}

Exact Writer::exact(const graph::AvgPool2d& kind) {
  no_accumulator(kind.accumulator);
  const std::int64_t taps = kind.kernel[0] * kind.kernel[1];
  // No window on padding alone, which others' AveragePool does not allow.
  const graph::Sides& pads = kind.padding;
  const bool is_inside = std::max(pads.top, pads.bottom) < kind.kernel[0] &&
                         std::max(pads.left, pads.right) < kind.kernel[1];
  const bool is_whole = kind.count_include_pad && kind.overhang == Pair{0, 0};
  if (auto mean = is_whole ? mean_by_conv(kind.window()) : std::nullopt) return *mean;
  std::vector<WrittenAttribute> attributes = attributes_of(kind.window());
  if (auto mean = single_mean(taps);
      mean && is_whole && is_inside && kind.dilation == Pair{1, 1}) {
    attributes.pop_back();  // dilations, which this opset's does not have
    attributes.push_back({"count_include_pad", std::int64_t{1}});
    mean->name = add("AveragePool", {x(Real::Float)}, attributes);
    return *mean;
  }
  if (model_.range(id_).accumulator_width > kFloatBits ||
      values_[node().inputs[0]].type == Real::Double)
    need_float(Real::Double, "AveragePool");
  const std::int64_t channels = source().shape[0];
  const std::string ones =
      graph_.constant("ones", Real::Float, {channels, 1, kind.kernel[0], kind.kernel[1]},
                      std::vector<double>(static_cast<std::size_t>(channels * taps), 1));
  const std::string sum =
      to_type(convolved(x(Real::Float), ones, kind.window()), Real::Float, Real::Double);
  const graph::WindowCounts counts =
      graph::window_counts(kind.window(), source().shape, node().shape);
  std::vector<double> divisors;
  for (std::int64_t row = 0; row < node().shape[1]; ++row) {
    for (std::int64_t column = 0; column < node().shape[2]; ++column)
      divisors.push_back(static_cast<double>(counts.count(row, column)));
  }
  return quotient(sum,
                  graph_.constant("counts", Real::Double, {node().shape[1], node().shape[2]},
                                  divisors),
                  taps);
}

Exact Writer::exact(const graph::GlobalAvgPool2d& kind) {
  no_accumulator(kind.accumulator);
  const std::int64_t count = source().shape[1] * source().shape[2];
  if (auto mean = mean_by_conv({.kernel = {source().shape[1], source().shape[2]}, .groups = 0}))
    return *mean;
  if (auto mean = single_mean(count)) {
    mean->name = add("GlobalAveragePool", {x(Real::Float)});
    return *mean;
  }
  const std::string sum = add("ReduceSum", {x(Real::Double), graph_.integers("axes", {2, 3})},
                              {{"keepdims", std::int64_t{1}}});
  return quotient(sum, number(Real::Double, static_cast<double>(count)), count);
}

// The entry of each raw value.
Exact Writer::exact(const graph::Function&) {
  const graph::FrozenParam& table = node().params.at(Role::Table);
  const fixed::Format& in = source().format;
  const Real type = node().format.width <= kFloatBits ? Real::Float : Real::Double;
  std::vector<double> values;
  for (const std::int32_t raw : table.raw)
    values.push_back(std::ldexp(static_cast<double>(raw), -node().format.frac_bits()));
  const std::string raw = add("Mul", {x(Real::Float), number(Real::Float, std::ldexp(1.0, in.frac_bits()))});
  const std::string place_of =
      add("Add", {raw, number(Real::Float, -static_cast<double>(fixed::min_raw(in)))});
  const std::string index = add("Cast", {place_of}, {{"to", std::int64_t{7}}});
  const std::string entries = graph_.constant(node().name + ".table", type,
                                              {std::ssize(values)}, values);
  place(add("Gather", {entries, index}, {{"axis", std::int64_t{0}}}), type);
  return {};
}

Exact Writer::exact(const graph::Softmax&) {
  const graph::FrozenParam& table = node().params.at(Role::Table);
  const fixed::Format& in = source().format;
  std::vector<double> values(table.raw.begin(), table.raw.end());
  const std::string largest = add("ReduceMax", {x(Real::Float)},
                                  {{"axes", Sizes{1}}, {"keepdims", std::int64_t{1}}});
  const std::string below =
      add("Mul", {add("Sub", {largest, x(Real::Float)}),
                  number(Real::Float, std::ldexp(1.0, in.frac_bits()))});
  const std::string index = add("Cast", {below}, {{"to", std::int64_t{7}}});
  const std::string terms = add(
      "Gather", {graph_.constant(node().name + ".table", Real::Double, {std::ssize(values)}, values),
                 index},
      {{"axis", std::int64_t{0}}});
  const std::string sum =
      add("ReduceSum", {terms, graph_.integers("axes", {1})}, {{"keepdims", std::int64_t{1}}});
  // A quotient next to a tie must be told from one.
  if (model_.range(id_).accumulator_width + std::max(0, node().format.frac_bits()) + 1 > 50)
    refuse("its quotient takes more bits than a double has");
  return {add("Div", {terms, sum}), Real::Double, 0, true};
}

}  // namespace qfx::imports
