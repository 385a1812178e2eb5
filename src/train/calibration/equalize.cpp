#include "train/calibration/equalize.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "train/network/float_forward.h"
#include "train/tensors/values.h"

#include "qfx/graph/links.h"
#include "qfx/graph/outputs.h"

namespace qfx::train {
namespace {

using graph::Role;

constexpr int kFarthest = 8;  // bits that a channel moves
// Of the error: less is chance.
constexpr double kGain = 0.01;

// A point that the recipe gives is for the values as they are.
bool is_free(const Layer& layer) {
  return !layer.output.is_set() && std::ranges::none_of(layer.params, [](const auto& entry) {
    return entry.second.point.is_set();
  });
}

bool is_product(const Network& network, graph::NodeId id) {
  const graph::Op& op = network.node(id).op;
  if (!std::holds_alternative<graph::Conv2d>(op) && !std::holds_alternative<graph::Linear>(op))
    return false;
  const Parameter& weight = network.layers()[id].params.at(Role::Weight);
  return !weight.clip_range && is_free(network.layers()[id]);
}

bool keeps_factors(const graph::Op& op) {
  return std::holds_alternative<graph::Relu>(op) || std::holds_alternative<graph::LeakyRelu>(op) ||
         std::holds_alternative<graph::Prelu>(op) || std::holds_alternative<graph::MaxPool2d>(op) ||
         std::holds_alternative<graph::AvgPool2d>(op) ||
         std::holds_alternative<graph::GlobalAvgPool2d>(op) ||
         std::holds_alternative<graph::Flatten>(op) || std::holds_alternative<graph::Unsqueeze>(op);
}

std::int64_t groups_of(const graph::Op& op) {
  const auto* conv = std::get_if<graph::Conv2d>(&op);
  return conv == nullptr ? 1 : conv->groups;
}

// Of the values that multiply input channel c: its largest magnitude. {in channels}
std::vector<double> reading_reach(const Network& network, const Neighbours& pair) {
  const graph::Node& reader = network.node(pair.reader);
  const at::Tensor weight = network.layers()[pair.reader].params.at(Role::Weight).value.detach();
  const std::int64_t channels = network.node(pair.maker).shape[0];
  const std::int64_t groups = groups_of(reader.op);
  const std::int64_t each = channels / groups;
  const at::Tensor grouped = weight.reshape({groups, weight.size(0) / groups, each, -1});
  return doubles(at::amax(at::abs(grouped), {1, 3}).flatten());
}

// Of each channel as the reader sees it, in float.
std::vector<double> made_reach(Network& network, const Neighbours& pair,
                               const at::Tensor& samples) {
  Tap tap{.node = network.node(pair.reader).inputs[0]};
  float_forward(network, samples, false, {}, nullptr, &tap);
  const std::int64_t channels = network.node(pair.maker).shape[0];
  return doubles(at::amax(at::abs(tap.values.reshape({tap.values.size(0), channels, -1})), {0, 2}));
}

void multiply(Network& network, const Neighbours& pair, const std::vector<int>& exponents,
              int sign) {
  std::vector<float> down, up;
  for (const int exponent : exponents) {
    down.push_back(std::ldexp(1.0F, -sign * exponent));
    up.push_back(std::ldexp(1.0F, sign * exponent));
  }
  Layer& maker = network.layers()[pair.maker];
  at::Tensor made = maker.params.at(Role::Weight).value.detach();
  std::vector<std::int64_t> along(static_cast<std::size_t>(made.dim()), 1);
  along[0] = made.size(0);
  made.mul_(float_tensor(down).reshape(along));
  if (Parameter* bias = find(maker.params, Role::Bias))
    bias->value.detach().mul_(float_tensor(down));
  at::Tensor read = network.layers()[pair.reader].params.at(Role::Weight).value.detach();
  const std::int64_t groups = groups_of(network.node(pair.reader).op);
  read.view({groups, read.size(0) / groups, std::ssize(up) / groups, -1})
      .mul_(float_tensor(up).reshape({groups, 1, std::ssize(up) / groups, 1}));
}

// By which power of two each channel shrinks: activations and reading weights both come to the
// geometric mean of their two sizes.
std::vector<int> exponents_of(const std::vector<double>& made, const std::vector<double>& read) {
  std::vector<double> sizes(made.size());
  double sum = 0, count = 0;
  for (std::size_t c = 0; c < made.size(); ++c) {
    if (made[c] <= 0 || read[c] <= 0) continue;
    sizes[c] = std::log2(made[c] / read[c]) / 2;
    sum += sizes[c];
    ++count;
  }
  std::vector<int> exponents(made.size());
  for (std::size_t c = 0; c < made.size(); ++c) {
    if (made[c] <= 0 || read[c] <= 0) continue;
    exponents[c] =
        std::clamp(static_cast<int>(std::lround(sizes[c] - sum / count)), -kFarthest, kFarthest);
  }
  return exponents;
}

}  // namespace

std::vector<Neighbours> equalizable(const Network& network) {
  const auto readers = graph::readers(network.nodes());
  const std::vector<int> uses = graph::uses(network.structure());
  std::vector<Neighbours> all;
  for (graph::NodeId maker = 0; maker < network.size(); ++maker) {
    if (!is_product(network, maker)) continue;
    graph::NodeId at = maker;
    while (uses[at] == 1 && readers[at].size() == 1 &&
           keeps_factors(network.node(readers[at][0]).op) &&
           is_free(network.layers()[readers[at][0]]))
      at = readers[at][0];
    if (at == maker || uses[at] != 1 || readers[at].size() != 1 ||
        !is_product(network, readers[at][0]))
      continue;
    all.push_back({maker, readers[at][0]});
  }
  return all;
}

Equalized equalize(Network& network, const at::Tensor& samples,
                   const std::function<double(Network&)>& error_of) {
  const at::NoGradGuard no_grad;
  Equalized result;
  const std::vector<Neighbours> pairs = equalizable(network);
  if (pairs.empty()) return result;
  result.before = result.after = error_of(network);
  for (const Neighbours& pair : pairs) {
    const std::vector<int> exponents =
        exponents_of(made_reach(network, pair, samples), reading_reach(network, pair));
    if (std::ranges::all_of(exponents, [](int e) { return e == 0; })) continue;
    ++result.tried;
    multiply(network, pair, exponents, 1);
    const double error = error_of(network);
    if (error < (1 - kGain) * result.after) {
      result.after = error;
      ++result.kept;
    } else {
      multiply(network, pair, exponents, -1);
    }
  }
  return result;
}

}  // namespace qfx::train
