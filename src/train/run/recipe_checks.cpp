#include "train/run/recipe_checks.h"

#include <algorithm>

#include "train/network/network.h"
#include "train/records/run_folder.h"
#include "train/samples/samples.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/links.h"
#include "qfx/graph/preprocess.h"
#include "qfx/steps/exactness.h"

namespace qfx::train {
namespace {

// A batch's variance needs two values.
void check_batch_norms(const frontends::Recipe& recipe, std::int64_t samples) {
  const std::int64_t batch = std::min(recipe.batch_size, samples);
  for (const graph::Node& node : recipe.model.nodes) {
    if (!std::holds_alternative<graph::BatchNorm>(node.op)) continue;
    if (batch * graph::element_count(node.shape) / node.shape[0] > 1) continue;
    user_error(
        "node '{}' is a batch_norm, and a step has one value for each of its channels "
        "(batch_size {}, {} samples); its statistics need two: give more samples a step, or "
        "leave it out",
        node.name, recipe.batch_size, samples);
  }
}

// Bits of the largest magnitude.
int magnitude_bits(const graph::QuantSpec& spec) {
  return spec.width - (spec.is_signed ? 1 : 0);
}

}  // namespace

void check_recipe(const frontends::Recipe& recipe, const data::Dataset& train_set,
                  const data::Dataset& test_set) {
  const graph::Model& model = recipe.model;
  const auto& input = std::get<graph::Input>(model.nodes.front().op);
  if (!graph::takes_samples(input.shape, train_set.sample_shape)) {
    user_error("the network takes samples of shape {}, the data set '{}' has {}",
               graph::to_string(input.shape), train_set.name,
               graph::to_string(train_set.sample_shape));
  }
  const std::int64_t outputs = graph::element_count(model.nodes.back().shape);
  if (outputs < train_set.class_count) {
    user_error(
        "the network has {} outputs, the data set '{}' has {} classes; give its last layer as "
        "many outputs",
        outputs, train_set.name, train_set.class_count);
  }
  check_finite(input, train_set);
  check_finite(input, test_set);
  if (recipe.batch_size < 1) {
    user_error("batch_size is {}, it must be 1 or more", recipe.batch_size);
  }
  if (recipe.float_phase.epochs > 0 || recipe.fixed_phase.epochs > 0)
    check_batch_norms(recipe, train_set.size());
}

NamedFloats start_tensors(const frontends::Recipe& recipe) {
  const std::filesystem::path file = RunFolder(recipe.start).float_tensors();
  if (!path_exists(file)) {
    user_error(
        "start = \"{}\": there is no {} in it; name the folder of a run whose float phase has "
        "ended, or leave start out and train in float first",
        recipe.start, file.filename().string());
  }
  NamedFloats tensors = load_tensors(file);
  Network(recipe.model).load_state(tensors, fmt::format("start = \"{}\"", recipe.start));
  return tensors;
}

std::vector<std::string> wide_products(const graph::Model& model) {
  std::vector<std::string> all;
  for (const graph::Node& node : model.nodes) {
    const graph::Param* weight = find(node.params, graph::Role::Weight);
    if (weight == nullptr) continue;
    const graph::Node& input = model.nodes[graph::format_source(model.nodes, node.inputs[0])];
    if (input.spec.is_float || weight->spec.is_float) continue;
    const int bits = magnitude_bits(input.spec) + magnitude_bits(weight->spec);
    if (bits <= steps::kCarriedBits) continue;
    all.push_back(fmt::format(
        "'{}' multiplies {} by {} bits, and training carries sums of {}: unless its values stay "
        "small the run ends after its float phase; lower the width of '{}' or '{}.weight'",
        node.name, input.spec.width, weight->spec.width, steps::kCarriedBits, input.name,
        node.name));
  }
  return all;
}

}  // namespace qfx::train
