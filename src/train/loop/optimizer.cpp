#include "train/loop/optimizer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::train {
namespace {

// Adam's usual constants.
constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

// Tensors of zeros get the middle one of the others' sizes.
std::vector<std::vector<float>> sizes_of(const std::vector<Trained>& tensors) {
  std::vector<double> sizes, sorted;
  for (const Trained& t : tensors) {
    sizes.push_back(
        std::sqrt(at::mean(at::square(t.value.detach().to(at::kDouble))).item<double>()));
    if (sizes.back() > 0) sorted.push_back(sizes.back());
  }
  std::ranges::sort(sorted);
  const double middle = sorted.empty() ? 1 : sorted[sorted.size() / 2];
  std::vector<std::vector<float>> units;
  for (const double size : sizes) units.push_back({static_cast<float>(size > 0 ? size : middle)});
  return units;
}

}  // namespace

void keep_values(Network& network, const std::vector<std::string>& globs) {
  for (const Trained& t : trained_tensors(network)) {
    const bool keeps = std::ranges::any_of(
        globs, [&](const std::string& glob) { return matches_glob(glob, t.name); });
    if (keeps) t.value.set_requires_grad(false);
  }
}

std::vector<Trained> trained_tensors(Network& network) {
  std::vector<Trained> all;
  for (Layer& layer : network.layers()) {
    const graph::Node& node = network.node(layer.id);
    const bool linear = std::holds_alternative<graph::Linear>(node.op);
    for (auto& [role, param] : layer.params) {
      if (!param.value.defined()) continue;
      all.push_back(
          {tensor_name(node.name, role), param.value, role == graph::Role::Weight || linear});
    }
    if (layer.gamma.defined()) {
      all.push_back({tensor_name(node.name, graph::Statistic::Gamma), layer.gamma, false});
      all.push_back({tensor_name(node.name, graph::Statistic::Beta), layer.beta, false});
    }
  }
  std::erase_if(all, [](const Trained& t) { return !t.value.requires_grad(); });
  return all;
}

Optimizer::Optimizer(const frontends::Optimizer& settings, std::vector<Trained> tensors,
                     RateUnit unit)
    : adam_(settings.kind == frontends::OptimizerKind::Adam),
      momentum_(settings.momentum),
      weight_decay_(settings.weight_decay),
      tensors_(std::move(tensors)) {
  for (const Trained& t : tensors_) {
    first_.emplace_back(t.value.numel(), 0.0F);
    second_.emplace_back(adam_ ? t.value.numel() : 0, 0.0F);
  }
  if (adam_ && unit == RateUnit::TensorSize) units_ = sizes_of(tensors_);
}

void Optimizer::step(double learning_rate) {
  ++steps_;
  const double correction1 = 1 - std::pow(kBeta1, static_cast<double>(steps_));
  const double correction2 = 1 - std::pow(kBeta2, static_cast<double>(steps_));
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const Trained& t = tensors_[i];
    if (!t.value.grad().defined()) continue;
    const at::Tensor gradient = t.value.grad().contiguous();
    const float* g = gradient.data_ptr<float>();
    float* w = t.value.data_ptr<float>();
    float* first = first_[i].data();
    float* second = second_[i].data();
    const float decay = t.decays ? static_cast<float>(weight_decay_) : 0.0F;
    const auto rate = static_cast<float>(learning_rate);
    const std::int64_t count = t.value.numel();
    if (adam_) {
      // Decoupled decay (AdamW): the averages see the loss alone.
      const auto b1 = static_cast<float>(kBeta1), b2 = static_cast<float>(kBeta2);
      const double size = units_.empty() ? 1 : units_[i][0];
      const auto step_size = static_cast<float>(learning_rate * size / correction1);
      const auto root = static_cast<float>(1 / std::sqrt(correction2));
      for (std::int64_t k = 0; k < count; ++k) {
        first[k] = b1 * first[k] + (1 - b1) * g[k];
        second[k] = b2 * second[k] + (1 - b2) * g[k] * g[k];
        w[k] -= rate * decay * w[k] +
                step_size * first[k] / (std::sqrt(second[k]) * root + static_cast<float>(kEpsilon));
      }
    } else {
      const auto momentum = static_cast<float>(momentum_);
      for (std::int64_t k = 0; k < count; ++k) {
        first[k] = momentum * first[k] + (g[k] + decay * w[k]);
        w[k] -= rate * first[k];
      }
    }
  }
}

std::string Optimizer::diverged_tensor() const {
  for (const Trained& t : tensors_) {
    const float* w = t.value.data_ptr<float>();
    bool finite = true;  // without a branch: vectors
    for (std::int64_t k = 0; k < t.value.numel(); ++k)
      finite &= std::abs(w[k]) <= std::numeric_limits<float>::max();
    if (!finite) return t.name;
  }
  return {};
}

void Optimizer::zero_gradients() {
  for (const Trained& t : tensors_) t.value.mutable_grad().reset();
}

std::map<std::string, std::vector<float>> Optimizer::state() const {
  std::map<std::string, std::vector<float>> all;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    all[tensors_[i].name + (adam_ ? ".first" : ".momentum")] = first_[i];
    if (adam_) all[tensors_[i].name + ".second"] = second_[i];
    if (!units_.empty()) all[tensors_[i].name + ".unit"] = units_[i];
  }
  return all;
}

void Optimizer::load_state(const std::map<std::string, std::vector<float>>& state,
                           std::int64_t steps) {
  steps_ = steps;
  const auto take = [&](const std::string& name, std::vector<float>& into) {
    const auto found = state.find(name);
    if (found == state.end() || found->second.size() != into.size()) {
      user_error("the checkpoint lacks the optimizer state '{}' of this recipe; start a new run",
                 name);
    }
    into = found->second;
  };
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    take(tensors_[i].name + (adam_ ? ".first" : ".momentum"), first_[i]);
    if (adam_) take(tensors_[i].name + ".second", second_[i]);
    if (!units_.empty()) take(tensors_[i].name + ".unit", units_[i]);
  }
}

}  // namespace qfx::train
