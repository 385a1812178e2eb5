// Kinds that work on each element, or move elements.
#include <algorithm>
#include <cmath>

#include "imports/write/writer.h"

namespace qfx::imports {
namespace {

using graph::Role;

bool is_power_of_two(double value) {
  int exponent = 0;
  return std::frexp(value, &exponent) == 0.5;
}

// Adding a half to a real number between two of single precision's is exact in double.
bool adds_a_half(fixed::Rounding rounding) {
  using enum fixed::Rounding;
  return rounding != RND_CONV && rounding != TRN && rounding != TRN_ZERO;
}

}  // namespace

Exact Writer::exact(const graph::Input& kind) {
  graph_.input(node().name, Real::Float, [&] {
    Shape shape{1};
    shape.insert(shape.end(), kind.shape.begin(), kind.shape.end());
    return shape;
  }());
  const graph::Preprocess& preprocess = kind.preprocess;
  const fixed::Format& format = node().format;
  // Bytes over a power of two lie on a grid.
  const bool is_on_grid = is_power_of_two(preprocess.divisor) && preprocess.mean.empty() &&
                          preprocess.std.empty() && !preprocess.signed_samples;
  Exact exact{.name = node().name, .frac_bits = 200};
  if (format.width > kFloatBits || (adds_a_half(format.rounding) && !is_on_grid)) {
    if (format.rounding == fixed::Rounding::RND && format.width + 2 <= kFloatBits &&
        (format.overflow == fixed::Overflow::SAT || format.overflow == fixed::Overflow::SAT_SYM))
      return on_half_steps(exact.name);
    exact.type = Real::Double;
    exact.name = to_type(exact.name, Real::Float, Real::Double);
  }
  return exact;
}

// round(u) = floor((floor(2 u) + 1) / 2): every value of it is a float, where u + 1/2 is none. A
// bit more on both ends keeps what saturates.
Exact Writer::on_half_steps(const std::string& x) {
  fixed::Format half = node().format;
  half.width += 2;
  half.int_bits += 1;
  half.rounding = fixed::Rounding::TRN;
  half.overflow = fixed::Overflow::SAT;
  const std::string name = node().name + ".half_steps";
  const double step = std::ldexp(1.0, -half.frac_bits());
  const auto scaled_by = [&](const std::string& value, double by) {
    return add("Mul", {value, number(Real::Float, by)});
  };
  return {options_.plain ? scaled_by(add("Floor", {scaled_by(x, 1 / step)}), step)
                         : quant(x, number(Real::Float, step), half, "FLOOR", name),
          Real::Float, half.frac_bits()};
}

Exact Writer::unary(const std::string& op) {
  const Real type = exact_type();
  const std::string value = x(type);
  return {op.empty() ? value : add(op, {value}), type, source().format.frac_bits()};
}

Exact Writer::exact(const graph::Cast&) {
  return unary("");
}
Exact Writer::exact(const graph::Relu&) {
  return unary("Relu");
}
Exact Writer::exact(const graph::Abs&) {
  return unary("Abs");
}
Exact Writer::exact(const graph::Neg&) {
  return unary("Neg");
}

Exact Writer::exact(const graph::Clip& kind) {
  Real type = exact_type();
  // A bound may have more bits than what it leaves.
  for (const double bound : {kind.min, kind.max}) {
    if (static_cast<double>(static_cast<float>(bound)) != bound) type = Real::Double;
  }
  return {add("Clip", {x(type), number(type, kind.min), number(type, kind.max)}), type,
          model_.range(id_).accumulator_frac_bits};
}

Exact Writer::sloped() {
  const Real type = exact_type();
  const std::string slope = by_channel(Role::Slope, type);
  const int frac_bits = model_.range(id_).accumulator_frac_bits;
  if (type == Real::Float) return {add("PRelu", {x(type), slope}), type, frac_bits};
  const std::string below = add("Mul", {x(type), slope});
  const std::string is_above = add("GreaterOrEqual", {x(type), number(type, 0)});
  return {add("Where", {is_above, x(type), below}), type, frac_bits};
}
Exact Writer::exact(const graph::Prelu&) {
  return sloped();
}
Exact Writer::exact(const graph::LeakyRelu&) {
  return sloped();
}

Exact Writer::exact(const graph::Offset&) {
  const Real type = exact_type();
  return {add("Add", {x(type), by_channel(Role::Offset, type)}), type,
          model_.range(id_).accumulator_frac_bits};
}

Exact Writer::scaled(const Role* offset) {
  const Real type = exact_type();
  const std::int64_t channels = source().shape[0];
  const bool each = node().params.at(Role::Scale).shape[0] == channels;
  if (!options_.plain && type == Real::Float && each && source().shape.size() == 3) {
    // The form in which hls4ml knows it: mean 0, variance 1, and no epsilon.
    const auto all = [&](const char* name, double value) {
      return graph_.constant(name, type, {channels},
                             std::vector<double>(static_cast<std::size_t>(channels), value));
    };
    Exact exact{.type = type, .frac_bits = model_.range(id_).accumulator_frac_bits};
    const std::string scale = parameter(Role::Scale, type, {channels}, 0);
    const std::string added =
        addend(offset != nullptr ? std::optional(*offset) : std::nullopt, {channels}, exact);
    const std::string zero = all("zeros", 0);
    exact.name = add("BatchNormalization",
                     {x(type), scale, added.empty() ? zero : added, zero, all("ones", 1)},
                     {{"epsilon", 0.0}});
    return exact;
  }
  std::string value = add("Mul", {x(type), by_channel(Role::Scale, type)});
  if (offset != nullptr) value = add("Add", {value, by_channel(*offset, type)});
  return {value, type, model_.range(id_).accumulator_frac_bits};
}
Exact Writer::exact(const graph::Affine& kind) {
  const Role offset = Role::Offset;
  return scaled(kind.has_offset ? &offset : nullptr);
}
Exact Writer::exact(const graph::BatchNorm&) {
  const Role offset = Role::Offset;
  return scaled(&offset);
}

// n * x counts the levels that it reaches.
Exact Writer::exact(const graph::QuantSign& kind) {
  const auto n = static_cast<double>(kind.largest());
  // x has no accumulator here; its own bits, those of n and the half.
  const int width = source().format.width + static_cast<int>(kind.bits) + 4;
  const Real type = width <= kFloatBits && values_[node().inputs[0]].type == Real::Float
                        ? Real::Float
                        : Real::Double;
  if (kind.bits == 1 && !options_.plain && values_[node().inputs[0]].type == Real::Float) {
    place(graph_.add("BipolarQuant", {x(Real::Float), number(Real::Float, 1)}, node().name, {},
                     kWrittenDomain),
          Real::Float);
    return {};
  }
  // 2 * clip(floor((n x + n - 1) / 2) + 1, 0, n) - n
  const std::string reached =
      add("Mul", {add("Add", {add("Mul", {x(type), number(type, n)}), number(type, n - 1)}),
                  number(type, 0.5)});
  const std::string count =
      add("Clip", {add("Add", {add("Floor", {reached}), number(type, 1)}), number(type, 0),
                   number(type, n)});
  const std::string level = add("Sub", {add("Mul", {count, number(type, 2)}), number(type, n)});
  place(to_type(level, type, Real::Float), Real::Float);
  return {};
}

Exact Writer::pair(const std::string& op) {
  const Real type = exact_type();
  return {add(op, {x(type, 0), x(type, 1)}), type, model_.range(id_).accumulator_frac_bits};
}
Exact Writer::exact(const graph::Add&) {
  return pair("Add");
}
Exact Writer::exact(const graph::Sub&) {
  return pair("Sub");
}
Exact Writer::exact(const graph::Mul&) {
  return pair("Mul");
}
Exact Writer::exact(const graph::Maximum&) {
  return pair("Max");
}
Exact Writer::exact(const graph::Minimum&) {
  return pair("Min");
}

Exact Writer::exact(const graph::Concat&) {
  const Real type = exact_type();
  std::vector<std::string> inputs;
  for (std::size_t i = 0; i < node().inputs.size(); ++i) inputs.push_back(x(type, i));
  return {add("Concat", inputs, {{"axis", std::int64_t{1}}}), type,
          model_.range(id_).accumulator_frac_bits};
}

Exact Writer::exact(const graph::Flatten&) {
  const Held& from = values_[node().inputs[0]];
  place(graph_.add("Flatten", {from.name}, node().name, {{"axis", std::int64_t{1}}}), from.type);
  return {};
}

Exact Writer::exact(const graph::Unsqueeze&) {
  const Held& from = values_[node().inputs[0]];
  place(graph_.add("Unsqueeze", {from.name, graph_.integers("axes", {2})}, node().name), from.type);
  return {};
}

// Every channel beside each of its thresholds.
Exact Writer::exact(const graph::Thermometer& kind) {
  const Real type = values_[node().inputs[0]].type;
  const graph::FrozenParam& threshold = node().params.at(Role::Threshold);
  Shape apart{1, source().shape[0], 1}, limits{1, source().shape[0], kind.levels}, joined{1};
  for (std::size_t i = 1; i < source().shape.size(); ++i) {
    apart.push_back(source().shape[i]);
    limits.push_back(1);
  }
  joined.insert(joined.end(), node().shape.begin(), node().shape.end());
  std::vector<double> values;
  for (const std::int32_t raw : threshold.raw)
    values.push_back(std::ldexp(static_cast<double>(raw), -threshold.format.frac_bits()));
  const std::string place_of = add("Reshape", {x(type), graph_.integers("shape", apart)});
  const std::string reached =
      add("GreaterOrEqual",
          {place_of, graph_.constant(graph::tensor_name(node().name, Role::Threshold), type, limits,
                                     values)});
  const std::string signs =
      add("Where", {reached, number(Real::Float, 1), number(Real::Float, -1)});
  place(add("Reshape", {signs, graph_.integers("shape", joined)}), Real::Float);
  return {};
}

}  // namespace qfx::imports
