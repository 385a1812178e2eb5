#include "qfx/frontends/state_dict.h"

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "frontends/accelerator_values.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/links.h"

namespace qfx::frontends {
namespace {

using graph::Overloaded;
using graph::Role;
using graph::Statistic;

// Of a layer of FracBNN: what its sums are in ours.
constexpr float kThirds = 3;

constexpr std::size_t kNamesShown = 8;

// Kept by torch, and no parameters.
constexpr const char* kBookkeeping[] = {"num_batches_tracked", "encoder_placeholder"};

std::string plain(std::string name) {
  if (name.starts_with("module.")) name.erase(0, std::string("module.").size());
  std::ranges::replace(name, '.', '_');
  return name;
}

// The names that a layer may have in the file.
std::vector<std::string> names_of_layer(const std::string& node) {
  if (node == "classifier") return {"classifier", "linear", "fc"};
  return {plain(node)};
}

// Torch's word for a parameter; a fractional convolution's threshold has ours.
std::string torch_word(const graph::Op& op, Role role) {
  switch (role) {
    case Role::Bias:
    case Role::Offset:
      return "bias";
    case Role::Scale:
    case Role::Slope:
    case Role::Weight:
      return "weight";
    case Role::Threshold:
      return "threshold";
    case Role::Table:
      break;
  }
  internal_error("a {} under training has no parameter '{}'", graph::kind_name(op),
                 to_string(role));
}

graph::Shape without_ones(graph::Shape shape) {
  std::erase(shape, 1);
  return shape;
}

// The file's tensors, and which of them have been taken.
class Tensors {
 public:
  Tensors(const store::Safetensors& file, const std::string& place) : place_(place) {
    for (const auto& [name, tensor] : file.tensors) {
      const auto [entry, is_new] = all_.emplace(plain(name), Entry{name, &tensor});
      if (!is_new)
        user_error("{}: '{}' and '{}' are one name where '.' and '_' are; rename one of them",
                   place_, entry->second.name, name);
    }
  }

  bool has(const std::string& node, const std::string& word) const {
    return std::ranges::any_of(names_of_layer(node), [&](const std::string& layer) {
      return all_.contains(layer + "_" + word);
    });
  }

  std::vector<float> take(const std::string& node, const std::string& word,
                          const graph::Shape& shape) {
    const std::vector<std::string> layers = names_of_layer(node);
    for (const std::string& layer : layers) {
      const auto found = all_.find(layer + "_" + word);
      if (found == all_.end()) continue;
      found->second.is_taken = true;
      return values(found->second, node + "." + word, shape);
    }
    const std::string wanted = layers.front() + "_" + word;
    user_error(
        "{}: it has no tensor '{}' for '{}' of the network; the nearest name is '{}'. Names are "
        "those of torch's state_dict, with '.' or '_'",
        place_, wanted, node, nearest(wanted, names([](const Entry&) { return true; })));
  }

  void check_all_taken() const {
    std::vector<std::string> left = names([](const Entry& entry) {
      return !entry.is_taken && std::ranges::none_of(kBookkeeping, [&](const char* word) {
        return plain(entry.name).ends_with(word);
      });
    });
    if (left.empty()) return;
    const std::size_t count = left.size();
    if (count > kNamesShown) left.resize(kNamesShown);
    user_error(
        "{}: the network has no use for {} of its {} tensors ({}{}); it is of another network",
        place_, count, all_.size(), join(left, ", "), count > kNamesShown ? ", ..." : "");
  }

 private:
  struct Entry {
    std::string name;
    const store::Tensor* tensor = nullptr;
    bool is_taken = false;
  };

  std::vector<float> values(const Entry& entry, const std::string& parameter,
                            const graph::Shape& shape) const {
    if (without_ones(entry.tensor->shape) != without_ones(shape))
      user_error(
          "{}: tensor '{}' has the shape {}, and '{}' of the network has {}; it is of another "
          "network",
          place_, entry.name, graph::to_string(entry.tensor->shape), parameter,
          graph::to_string(shape));
    return store::values_of<float>(*entry.tensor,
                                   fmt::format("{}: tensor '{}'", place_, entry.name));
  }

  std::vector<std::string> names(const std::function<bool(const Entry&)>& wanted) const {
    std::vector<std::string> result;
    for (const auto& [key, entry] : all_) {
      if (wanted(entry)) result.push_back(entry.name);
    }
    return result;
  }

  const std::string& place_;
  std::map<std::string, Entry> all_;
};

graph::Shape channels_of(const graph::Node& node) {
  return {node.shape[0]};
}

void take_batch_norm(Tensors& tensors, const std::string& place, graph::Node& node) {
  if (!tensors.has(node.name, "running_mean"))
    user_error(
        "{}: it has no statistics for the batch norm '{}': they are folded into its scale and "
        "offset; write network.batch_norm = \"affine\", which learns that pair itself",
        place, node.name);
  const auto take = [&](Statistic statistic, const char* word) {
    node.statistics[statistic] = tensors.take(node.name, word, channels_of(node));
  };
  take(Statistic::Gamma, "weight");
  take(Statistic::Beta, "bias");
  take(Statistic::RunningMean, "running_mean");
  take(Statistic::RunningVar, "running_var");
}

// The pair of an affine that was a batch norm and has its statistics in the file.
void fold_statistics(Tensors& tensors, graph::Node& node) {
  const graph::Shape channels = channels_of(node);
  std::vector<float>& scale = node.params.at(Role::Scale).values;
  std::vector<float>& offset = node.params.at(Role::Offset).values;
  graph::FoldedPair pair =
      graph::fold_pair(scale, offset, tensors.take(node.name, "running_mean", channels),
                       tensors.take(node.name, "running_var", channels), graph::BatchNorm{}.eps);
  scale = std::move(pair.scale);
  offset = std::move(pair.offset);
}

// A number by which the network is defined, not one that was learned.
bool is_constant(const graph::Op& op) {
  const auto* affine = std::get_if<graph::Affine>(&op);
  return affine != nullptr && affine->num_parameters == 1 && !affine->has_offset;
}

void take_parameters(Tensors& tensors, const std::string& place, graph::Node& node) {
  if (std::holds_alternative<graph::BatchNorm>(node.op))
    return take_batch_norm(tensors, place, node);
  for (auto& [role, param] : node.params) {
    if (param.values.empty()) continue;
    const std::string word = torch_word(node.op, role);
    if (is_constant(node.op) && !tensors.has(node.name, word)) continue;
    param.values = tensors.take(node.name, word, param.shape);
  }
  if (std::holds_alternative<graph::Affine>(node.op) && tensors.has(node.name, "running_mean"))
    fold_statistics(tensors, node);
}

void multiply(std::vector<float>& values, float factor) {
  for (float& value : values) value *= factor;
}

// Takes the third of what a fractional convolution hands on.
void divide_input(const std::string& place, graph::Node& node) {
  if (std::holds_alternative<graph::Affine>(node.op)) {
    for (float& scale : node.params.at(Role::Scale).values) scale /= kThirds;
    return;
  }
  if (!std::holds_alternative<graph::BatchNorm>(node.op))
    user_error(
        "{}: '{}' follows a fractional convolution, whose sums are three times the published "
        "ones; a batch norm or an affine must come first, which can take the third",
        place, node.name);
  multiply(node.statistics.at(Statistic::RunningMean), kThirds);
  multiply(node.statistics.at(Statistic::RunningVar), kThirds * kThirds);
}

void count_in_thirds(const std::string& place, graph::Model& model) {
  const auto readers = graph::readers(model.nodes);
  for (std::size_t id = 0; id < model.nodes.size(); ++id) {
    if (!std::holds_alternative<graph::FractionalConv2d>(model.nodes[id].op)) continue;
    multiply(model.nodes[id].params.at(Role::Threshold).values, kThirds);
    for (const graph::NodeId reader : readers[id]) divide_input(place, model.nodes[reader]);
  }
}

}  // namespace

void load_state_dict(const store::Safetensors& file, const std::string& place,
                     const std::string& zoo, graph::Model& model) {
  const bool is_accelerator = zoo == "fracbnn_published";
  const store::Safetensors converted =
      is_accelerator ? accelerator_values(file, place) : store::Safetensors{};
  Tensors tensors(is_accelerator ? converted : file, place);
  for (graph::Node& node : model.nodes) take_parameters(tensors, place, node);
  tensors.check_all_taken();
  if (!is_accelerator) count_in_thirds(place, model);
}

}  // namespace qfx::frontends
