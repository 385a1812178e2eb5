// Constants that a file has as integers times real scales as integers on power-of-two grids, one
// for each output channel, and the ratio as a product behind the convolution or linear layer.
#include <algorithm>
#include <cmath>

#include "imports/operators/quantizer.h"
#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

// A scale that its tool computed in single precision as a product of others.
constexpr double kSingle = 1e-6;

// The exponent of 2^-k next to a scale, and what is left of it.
struct PowerParts {
  int frac_bits = 0;
  double ratio = 1;
};
PowerParts power_parts(double scale) {
  const int frac_bits = -static_cast<int>(std::lround(std::log2(scale)));
  return {frac_bits, std::ldexp(scale, frac_bits)};
}

class PlainWeights {
 public:
  explicit PlainWeights(Source& source) : source_(source), rewriter_(source) {}

  bool run() {
    for (const Node& node : rewriter_.before()) {
      try {
        if (!rewrite(node)) rewriter_.keep(node);
      } catch (const NodeFault& fault) {
        refuse(source_, node, fault.what());
      }
    }
    return rewriter_.finish();
  }

 private:
  const Grid* grid_of(const Node& node, std::size_t i) const {
    if (i >= node.inputs.size()) return nullptr;
    const auto found = source_.grids.find(node.inputs[i]);
    return found == source_.grids.end() || constant(source_, node.inputs[i]) == nullptr
               ? nullptr
               : &found->second;
  }

  bool rewrite(const Node& node) {
    if (node.op != "Conv" && node.op != "Gemm" && node.op != "MatMul") return false;
    const Grid* weight = grid_of(node, 1);
    if (weight == nullptr) return bias_alone(node);
    const Tensor& values = *constant(source_, node.inputs[1]);
    // A Gemm or MatMul of matrices becomes plain first.
    const bool is_plain_gemm = node.op == "Gemm" && node.attributes.size() == 1;
    if (node.op == "Gemm" && !is_plain_gemm) return false;
    if (node.op == "MatMul" && shape_of(source_, node.inputs[0]).size() == 2) return false;
    if (values.shape.size() < 2) return false;
    const std::size_t axis = node.op == "MatMul" ? 1 : 0;
    if (node.op == "MatMul" && values.shape.size() != 2) return false;
    const auto scales = scales_along(weight->scale, values.shape, axis);
    if (!scales) fault("its weight's scales differ within an output channel");
    if (!place(node, *weight, values, *scales, axis)) return false;
    rewriter_.change();
    return true;
  }

  // Whether anything is not yet what it should be.
  bool place(const Node& node, const Grid& grid, const Tensor& values,
             const std::vector<double>& scales, std::size_t axis) {
    std::vector<PowerParts> parts;
    bool has_ratio = false;
    for (const double scale : scales) {
      parts.push_back(grid.is_bipolar ? PowerParts{0, scale} : power_parts(scale));
      has_ratio |= parts.back().ratio != 1;
    }
    Tensor exact = Tensor::of(values.shape, values.reals);
    const std::int64_t inner = strides_of(values.shape)[axis], outputs = values.shape[axis];
    bool is_new = false;
    for (std::int64_t i = 0; i < exact.size(); ++i) {
      const std::int64_t o = i / inner % outputs;
      const double q = std::nearbyint(values.reals[i] / scales[o]);
      exact.reals[i] = std::ldexp(q, -parts[o].frac_bits);
      is_new |= exact.reals[i] != values.reals[i];
    }
    const bool has_bias = node.inputs.size() > 2 && !node.inputs[2].empty();
    const Tensor* bias = has_bias ? constant(source_, node.inputs[2]) : nullptr;
    if (has_ratio && has_bias && bias == nullptr)
      fault("its bias is computed from the samples, and its weights' scales are no powers of two");
    if (!has_ratio && !is_new && is_settled(grid, axis)) return bias_alone(node);
    Node plain = node;
    Grid power{.scale = {}, .low = grid.low, .high = grid.high};
    power.rounding = grid.rounding;
    power.is_bipolar = grid.is_bipolar;
    Shape along(values.shape.size() - axis, 1);
    along[0] = outputs;
    power.scale.shape = along;
    for (const PowerParts& part : parts) power.scale.reals.push_back(std::ldexp(1.0, -part.frac_bits));
    plain.inputs[1] = add_constant(source_, node.inputs[1], std::move(exact));
    source_.grids[plain.inputs[1]] = std::move(power);
    if (!has_ratio) {
      rewriter_.keep(std::move(plain));
      return true;
    }
    if (bias != nullptr) plain.inputs[2] = divided(node.inputs[2], *bias, parts);
    Tensor ratio;
    for (const PowerParts& part : parts) ratio.reals.push_back(part.ratio);
    ratio.shape = {outputs};
    if (node.op == "Conv") ratio.shape.resize(values.shape.size() - 1, 1);
    if (std::ranges::all_of(ratio.reals, [&](double r) { return r == ratio.reals[0]; }))
      ratio = Tensor::of({}, {ratio.reals[0]});
    const std::string sum = new_name(source_, node.outputs[0]);
    plain.outputs[0] = sum;
    rewriter_.keep(std::move(plain));
    rewriter_.keep(made(node, "Mul", {sum, add_constant(source_, "scale", std::move(ratio))},
                        node.outputs[0]));
    return true;
  }

  static bool is_settled(const Grid& grid, std::size_t axis) {
    for (std::size_t i = 0; i < grid.scale.shape.size(); ++i) {
      if (i != (axis == 0 ? 0 : grid.scale.shape.size() - 1) && grid.scale.shape[i] != 1)
        return false;
    }
    return true;
  }

  std::string divided(const std::string& name, const Tensor& bias, const std::vector<PowerParts>& parts) {
    Tensor values = Tensor::of(bias.shape, bias.reals);
    for (std::size_t o = 0; o < parts.size(); ++o) values.reals[o] /= parts[o].ratio;
    const std::string result = add_constant(source_, name, std::move(values));
    const auto found = source_.grids.find(name);
    if (found == source_.grids.end()) return result;
    if (const auto scales = scales_along(found->second.scale, bias.shape, 0)) {
      Grid grid = found->second;
      grid.scale = Tensor::of(bias.shape, *scales);
      for (std::size_t o = 0; o < parts.size(); ++o) grid.scale.reals[o] /= parts[o].ratio;
      source_.grids[result] = std::move(grid);
    }
    return result;
  }

  // A bias whose scale is a power of two but for single precision's rounding: exactly on its grid.
  bool bias_alone(const Node& node) {
    const Grid* grid = grid_of(node, 2);
    if (grid == nullptr) return false;
    const Tensor& bias = *constant(source_, node.inputs[2]);
    const auto scales = scales_along(grid->scale, bias.shape, 0);
    if (!scales) return false;
    Tensor exact = Tensor::of(bias.shape, bias.reals);
    Grid power = *grid;
    power.scale = Tensor::of(bias.shape, *scales);
    bool is_new = false;
    for (std::size_t o = 0; o < scales->size(); ++o) {
      const PowerParts parts = power_parts((*scales)[o]);
      if (std::abs(parts.ratio - 1) > kSingle) return false;
      const double q = std::nearbyint(bias.reals[o] / (*scales)[o]);
      exact.reals[o] = std::ldexp(q, -parts.frac_bits);
      power.scale.reals[o] = std::ldexp(1.0, -parts.frac_bits);
      is_new |= exact.reals[o] != bias.reals[o] || parts.ratio != 1;
    }
    if (!is_new) return false;
    Node plain = node;
    plain.inputs[2] = add_constant(source_, node.inputs[2], std::move(exact));
    source_.grids[plain.inputs[2]] = std::move(power);
    rewriter_.keep(std::move(plain));
    rewriter_.change();
    return true;
  }

  Source& source_;
  Rewriter rewriter_;
};

}  // namespace

bool plain_weights(Source& source) {
  return source.is_quantized && PlainWeights(source).run();
}

}  // namespace qfx::imports
