#include <algorithm>

#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

std::int64_t integer(const Node& node, const char* name) {
  const auto found = node.attributes.find(name);
  const auto* value =
      found == node.attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  return value == nullptr ? 0 : *value;
}

double number(const Node& node, const char* name) {
  const auto found = node.attributes.find(name);
  const auto* value =
      found == node.attributes.end() ? nullptr : std::get_if<double>(&found->second);
  return value == nullptr ? 1 : *value;
}

bool is_plain(const Node& node) {
  return node.attributes.size() == 1 && integer(node, "transB") == 1;
}

// The weight as [outputs, inputs], times alpha.
Tensor plain_weight(const Tensor& weight, bool is_transposed, double alpha) {
  const std::int64_t outputs = weight.shape[is_transposed ? 0 : 1];
  const std::int64_t inputs = weight.shape[is_transposed ? 1 : 0];
  Tensor result{.shape = {outputs, inputs}};
  result.reals.reserve(weight.reals.size());
  for (std::int64_t o = 0; o < outputs; ++o) {
    for (std::int64_t i = 0; i < inputs; ++i)
      result.reals.push_back(alpha *
                             weight.reals[is_transposed ? o * inputs + i : i * outputs + o]);
  }
  return result;
}

// What a Gemm adds, as [outputs]; empty where it is not one number for each.
std::optional<Tensor> plain_bias(const Tensor& bias, std::int64_t outputs, double beta) {
  Tensor result{.shape = {outputs}};
  const bool is_single = bias.size() == 1;
  const bool is_row = bias.size() == outputs && !bias.shape.empty() && bias.shape.back() == outputs;
  if (!is_single && !is_row) return std::nullopt;
  for (std::int64_t o = 0; o < outputs; ++o)
    result.reals.push_back(beta * bias.reals[is_single ? 0 : o]);
  return result;
}

// The scales of the weight's outputs, where they are one for each.
void keep_weight_grid(Source& source, const std::string& from, const std::string& to,
                      std::size_t axis, double alpha) {
  const auto found = source.grids.find(from);
  if (found == source.grids.end()) return;
  Grid grid = found->second;
  const auto scales = scales_along(grid.scale, constant(source, from)->shape, axis);
  if (!scales || !(alpha > 0)) return;
  grid.scale = Tensor::of({std::ssize(*scales), 1}, *scales);
  for (double& scale : grid.scale.reals) scale *= alpha;
  source.grids[to] = std::move(grid);
}

// A Gemm or a MatMul of two matrices whose second one is known.
bool rewrite(Source& source, Rewriter& rewriter, const Node& node) {
  const bool is_gemm = node.op == "Gemm";
  if ((!is_gemm && node.op != "MatMul") || (is_gemm && is_plain(node))) return false;
  const Tensor* weight = constant(source, node.inputs[1]);
  if (weight == nullptr || weight->shape.size() != 2 || weight->is_integer) return false;
  if (shape_of(source, node.inputs[0]).size() != 2) return false;
  // A transposed column is the row that it holds.
  if (is_gemm && integer(node, "transA") != 0) return false;
  const Tensor plain =
      plain_weight(*weight, is_gemm && integer(node, "transB") != 0, number(node, "alpha"));
  std::vector<std::string> inputs{node.inputs[0]};
  const std::int64_t outputs = plain.shape[0];
  std::string bias_name, rest;
  if (is_gemm && node.inputs.size() == 3 && !node.inputs[2].empty()) {
    const Tensor* bias = constant(source, node.inputs[2]);
    if (bias == nullptr && number(node, "beta") != 1) return false;
    rest = node.inputs[2];
    if (bias != nullptr) {
      const auto flat = plain_bias(*bias, outputs, number(node, "beta"));
      if (!flat) return false;
      bias_name = add_constant(source, node.inputs[2], *flat);
      if (const auto grid = source.grids.find(node.inputs[2]);
          grid != source.grids.end() && number(node, "beta") == 1 && grid->second.scale.size() == 1) {
        Grid same = grid->second;
        same.scale.shape.clear();
        source.grids[bias_name] = std::move(same);
      } else if (grid != source.grids.end() && number(node, "beta") == 1 &&
                 grid->second.scale.size() == outputs) {
        Grid same = grid->second;
        same.scale.shape = {outputs};
        source.grids[bias_name] = std::move(same);
      }
      rest.clear();
    }
  }
  inputs.push_back(add_constant(source, node.inputs[1], plain));
  const bool is_transposed = is_gemm && integer(node, "transB") != 0;
  keep_weight_grid(source, node.inputs[1], inputs.back(), is_transposed ? 0 : 1,
                   is_gemm ? number(node, "alpha") : 1);
  if (!bias_name.empty()) inputs.push_back(bias_name);
  const std::string product = rest.empty() ? node.outputs[0] : new_name(source, node.outputs[0]);
  Node gemm = made(node, "Gemm", std::move(inputs), product);
  gemm.attributes["transB"] = std::int64_t{1};
  rewriter.keep(std::move(gemm));
  if (!rest.empty()) rewriter.keep(made(node, "Add", {product, rest}, node.outputs[0]));
  rewriter.change();
  return true;
}

}  // namespace

bool plain_products(Source& source) {
  Rewriter rewriter(source);
  for (const Node& node : rewriter.before()) {
    if (!rewrite(source, rewriter, node)) rewriter.keep(node);
  }
  return rewriter.finish();
}

}  // namespace qfx::imports
