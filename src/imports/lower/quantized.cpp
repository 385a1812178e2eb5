// What a quantized network says beside its layers: the formats of its values and constants.
#include <algorithm>
#include <cmath>

#include "imports/lower/lowering.h"
#include "imports/operators/quantizer.h"

#include "qfx/graph/own_format.h"
#include "qfx/graph/table.h"

namespace qfx::imports {
namespace {

using graph::NodeId;
using graph::Role;

bool moves_alone(const Node& node) {
  return node.op == "Reshape" || node.op == "Flatten" || node.op == "Squeeze" ||
         node.op == "Unsqueeze" || node.op == "Transpose" || node.op == "Identity";
}

bool holds_all(const fixed::Format& outer, const fixed::Format& inner) {
  const int finer = outer.frac_bits() - inner.frac_bits();
  if (finer < 0 || finer > 30) return false;
  const auto in = fixed::held_range(inner), out = fixed::held_range(outer);
  return in.lo * (std::int64_t{1} << finer) >= out.lo &&
         in.hi * (std::int64_t{1} << finer) <= out.hi;
}

}  // namespace

fixed::Format format_of(std::int64_t low, std::int64_t high, int frac_bits,
                        fixed::Rounding rounding) {
  fixed::Format format{.is_signed = low < 0, .rounding = rounding,
                       .overflow = fixed::Overflow::SAT};
  format.width = graph::width_for({low, high}, format.is_signed);
  format.int_bits = format.width - frac_bits;
  if (low < 0 && low == -high && high == (std::int64_t{1} << (format.width - 1)) - 1)
    format.overflow = fixed::Overflow::SAT_SYM;
  const int widest = format.is_signed ? graph::kMaxSignedWidth : graph::kMaxUnsignedWidth;
  if (format.width > widest)
    fault("its integers have {} bits; a value here has at most {} signed bits or {} unsigned ones",
          format.width, graph::kMaxSignedWidth, graph::kMaxUnsignedWidth);
  return format;
}

// Whether nobody but the reader of this value sees the node of the model that it lies in.
bool Lowering::is_alone(const std::string& value) const {
  for (std::string at = value;;) {
    if (!links_.read_once(at)) return false;
    const Node* maker = links_.maker(at);
    if (maker == nullptr || !moves_alone(*maker)) return true;
    at = maker->inputs[0];
  }
}

// A Quant gives the node before it its format, where nobody else reads that; else it is a cast.
void Lowering::quantize(const Node& node) {
  const Quantizer q = read_plain(node);
  const Spot x = input_of(node);
  if (q.is_bipolar) {
    formats_.signs.insert(x.node);
    place_like(node, x, append(graph::QuantSign{.bits = 1}, {x.node}));
    return;
  }
  const auto frac_bits = frac_bits_of(q.scale.reals[0]);
  const fixed::Format format = format_of(q.low, q.high, frac_bits.value(), q.rounding);
  const graph::Op& op = ops_.at(x.node);
  const auto found = formats_.nodes.find(x.node);
  const bool has_own = graph::keeps_format(op) || graph::own_format(op);
  NodeId id = x.node;
  if (found != formats_.nodes.end() && holds_all(format, found->second)) {
    // The values are so already.
  } else if (found == formats_.nodes.end() && !has_own && is_alone(node.inputs[0])) {
    formats_.nodes[id] = format;
    origins_[id].insert(origins_[id].end(), node.origins.begin(), node.origins.end());
  } else {
    id = append(graph::Cast{}, {x.node});
    formats_.nodes[id] = format;
  }
  place_like(node, x, id);
}

// The value that a table is looked up by: at most 16 bits.
NodeId Lowering::table_input(const Spot& x) {
  if (!source_.is_quantized) return x.node;
  const auto found = formats_.nodes.find(x.node);
  if (found != formats_.nodes.end() && found->second.width <= graph::kMaxTableInputWidth) return x.node;
  const NodeId id = append(graph::Cast{}, {x.node});
  formats_.narrow.insert(id);
  return id;
}

// Whether the value goes through products and sums with constants, read once each, into a Quant.
bool Lowering::leads_to_quant(std::string value) const {
  for (int steps = 0; steps < 16 && links_.read_once(value); ++steps) {
    const Node* reader = nullptr;
    for (const Node& node : source_.nodes) {
      if (!node.inputs.empty() && node.inputs[0] == value) reader = &node;
    }
    if (reader == nullptr) return false;
    if (is_plain_quant(*reader)) return true;
    const bool with_constant = (reader->op == "Mul" || reader->op == "Add") &&
                               reader->inputs.size() == 2 && known(reader->inputs[1]) != nullptr;
    if (!with_constant && !moves_alone(*reader)) return false;
    value = reader->outputs[0];
  }
  return false;
}

// A product or a sum between the input and its Quant is how stored samples become real numbers.
bool Lowering::fold_into_input(const Node& node, const Spot& x, const std::vector<double>& values) {
  const bool is_sum = node.op == "Add";
  if (!source_.is_quantized || x.node != 0 || formats_.nodes.contains(0)) return false;
  if (!is_alone(node.inputs[0]) || !leads_to_quant(node.outputs[0])) return false;
  for (const double value : values) {
    if (!std::isfinite(value) || (!is_sum && value <= 0)) return false;
  }
  auto &factor = result_.input_factor, &term = result_.input_term;
  factor.resize(values.size(), 1);
  term.resize(values.size(), 0);
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (is_sum) {
      term[c] += values[c];
    } else {
      factor[c] *= values[c];
      term[c] *= values[c];
    }
  }
  place_like(node, x, x.node);
  return true;
}

void Lowering::set_grid(NodeId id, Role role, const std::string& constant, std::size_t axis,
                        const std::vector<std::int64_t>& order) {
  const auto found = source_.grids.find(constant);
  if (found == source_.grids.end()) return;
  const Grid& grid = found->second;
  const auto scales = scales_along(grid.scale, known(constant)->shape, axis);
  if (!scales) return;
  ParamGrid placed{.low = grid.low, .high = grid.high, .rounding = grid.rounding};
  placed.frac_bits.assign(static_cast<std::size_t>(*std::ranges::max_element(order)) + 1,
                          std::nullopt);
  for (std::size_t o = 0; o < order.size(); ++o) {
    placed.frac_bits[order[o]] = frac_bits_of((*scales)[o]);
    if (!placed.frac_bits[order[o]]) return;
  }
  formats_.params[{id, role}] = std::move(placed);
}

// The specs of all tensors, once these have their values.
void Lowering::settle() {
  graph::Model& model = result_.model;
  auto& input = std::get<graph::Input>(model.nodes[0].op);
  for (std::size_t c = 0; c < result_.input_factor.size(); ++c) {
    input.preprocess.mean.push_back(-result_.input_term[c] / result_.input_factor[c]);
    input.preprocess.std.push_back(1 / result_.input_factor[c]);
  }
  result_.remarks = settle_formats(model, formats_);
}

}  // namespace qfx::imports
