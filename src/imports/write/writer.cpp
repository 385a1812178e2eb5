#include "imports/write/writer.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "qfx/base/error.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/own_format.h"

namespace qfx::imports {
namespace {

using graph::FrozenNode;
using graph::FrozenParam;
using graph::Role;

}  // namespace

Shape with_batch(const Shape& shape) {
  Shape result{1};
  result.insert(result.end(), shape.begin(), shape.end());
  return result;
}

Writer::Writer(const graph::Analyzed& model, const WriteOptions& options)
    : model_(model),
      options_(options),
      graph_(model.model().name, "qfx"),
      values_(model.model().nodes.size()) {}

std::string Writer::run() {
  for (const FrozenNode& node : model_.model().nodes)
    write(static_cast<graph::NodeId>(&node - model_.model().nodes.data()));
  std::string formats;
  const std::vector<graph::NodeId> outputs = graph::output_ids(model_.model());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const FrozenNode& node = model_.node(outputs[i]);
    const Held& value = values_[outputs[i]];
    const std::string output = graph_.output(value.name, value.type, with_batch(node.shape));
    formats += fmt::format(" {}: '{}', {} times 2^{}.", output, node.name,
                           fixed::to_string(node.format), -node.format.frac_bits());
  }
  graph_.describe(
      "Input: (sample / divisor - mean) / std as the model's preprocessing says, in single "
      "precision." +
      formats);
  return graph_.bytes();
}

void Writer::write(graph::NodeId id) {
  id_ = id;
  std::visit(
      [&](const auto& kind) {
        const Exact value = this->exact(kind);
        if (!value.name.empty()) assign(value);
      },
      node().op);
}

void Writer::refuse(const std::string& what) const {
  user_error("node '{}': {}", node().name, what);
}

Real Writer::exact_type(int more_bits) const {
  const int width = model_.range(id_).accumulator_width + more_bits;
  bool is_float = width <= kFloatBits;
  for (const auto& [role, param] : node().params) {
    if (role == Role::Table) continue;
    is_float &= std::ranges::all_of(
        param.raw, [](std::int32_t raw) { return std::abs(std::int64_t{raw}) <= 1 << kFloatBits; });
  }
  for (const graph::NodeId input : node().inputs)
    is_float &= values_[input].type == Real::Float;
  if (is_float) return Real::Float;
  if (width > kDoubleBits)
    refuse(fmt::format("its exact value takes {} bits, and a double holds {}; use narrower formats",
                       width, kDoubleBits));
  return Real::Double;
}

void Writer::need_float(Real type, const std::string& op) const {
  if (type == Real::Float) return;
  refuse(fmt::format(
      "its sums take {} bits, single precision holds {} of them exactly and onnxruntime has no {} "
      "in double precision; use narrower formats",
      model_.range(id_).accumulator_width, kFloatBits, op));
}

std::string Writer::to_type(const std::string& name, Real from, Real to) {
  if (from == to) return name;
  return add("Cast", {name}, {{"to", static_cast<std::int64_t>(to)}});
}

std::string Writer::x(Real type, std::size_t i) {
  const graph::NodeId input = node().inputs.at(i);
  const Held& held = values_[input];
  if (held.type == type) return held.name;
  std::string& cast = cast_[{input, type}];
  if (cast.empty()) cast = to_type(held.name, held.type, type);
  return cast;
}

std::string Writer::add(const std::string& op, const std::vector<std::string>& inputs,
                        const std::vector<WrittenAttribute>& attributes) {
  return graph_.add(op, inputs, node().name + "." + op, attributes);
}

std::string Writer::by_channel(Role role, Real type) {
  const std::int64_t count = node().params.at(role).shape[0];
  Shape shape(source().shape.size(), 1);
  shape[0] = count;
  return parameter(role, type, shape, 0);
}

// In the order of `shape`, whose `axis` is the parameter's channel. As weights and activations, a
// Quant says the format of what single precision holds.
std::string Writer::parameter(Role role, Real type, const Shape& shape, std::size_t axis,
                              double more) {
  const FrozenParam& param = node().params.at(role);
  const std::string name = graph::tensor_name(node().name, role);
  const std::int64_t channels = param.shape[0], each = std::ssize(param.raw) / channels;
  std::vector<double> values;
  for (std::int64_t i = 0; i < std::ssize(param.raw); ++i)
    values.push_back(std::ldexp(static_cast<double>(param.raw[i]), -param.frac_bits(i / each)) +
                     more);
  if (axis == 1) {
    // [outputs, inputs] as [inputs, outputs].
    std::vector<double> turned(values.size());
    for (std::int64_t o = 0; o < channels; ++o) {
      for (std::int64_t i = 0; i < each; ++i) turned[i * channels + o] = values[o * each + i];
    }
    values = std::move(turned);
  }
  const std::string constant = graph_.constant(name, type, shape, values);
  // What lies along the channels beside an activation has the grid that its values show.
  if (options_.plain || type == Real::Double || role != Role::Weight) return constant;
  const bool is_bipolar = graph::own_format(node().op, role) == param.format &&
                          std::ranges::all_of(param.raw, [](int raw) { return raw == 1 || raw == -1; });
  if (is_bipolar)
    return graph_.add("BipolarQuant", {constant, number(Real::Float, 1)}, name + ".Quant", {},
                      kWrittenDomain);
  if (param.format.width == 1 && param.format.is_signed) return constant;
  std::string scale = number(Real::Float, std::ldexp(1.0, -param.format.frac_bits()));
  if (!param.channel_frac_bits.empty()) {
    Shape along(shape.size(), 1);
    along[axis] = channels;
    std::vector<double> scales;
    for (std::int64_t c = 0; c < channels; ++c)
      scales.push_back(std::ldexp(1.0, -param.frac_bits(c)));
    scale = graph_.constant(name + ".scale", Real::Float, along, scales);
  }
  fixed::Format format = param.format;
  // A parameter may hold the lowest raw value whatever its format says.
  if (fixed::is_symmetric(format) &&
      std::ranges::find(param.raw, fixed::min_raw(format)) != param.raw.end())
    format.overflow = fixed::Overflow::SAT;
  return quant(constant, scale, format, "ROUND", name + ".Quant");
}

std::string write_onnx(const graph::Analyzed& model, const WriteOptions& options) {
  return Writer(model, options).run();
}

}  // namespace qfx::imports
