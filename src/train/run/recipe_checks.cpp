#include "train/run/recipe_checks.h"

#include <algorithm>

#include "train/samples/samples.h"

#include "qfx/base/error.h"
#include "qfx/graph/links.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/preprocess.h"
#include "qfx/measure/answers.h"
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

// That there is something to compare the outputs with, and that it fits them.
void check_answers(const frontends::Recipe& recipe, const data::Dataset& set) {
  const graph::Task& task = recipe.model.task;
  const auto& input = std::get<graph::Input>(recipe.model.nodes.front().op);
  const std::int64_t outputs = graph::output_size(recipe.model);
  if (recipe.has_teacher && graph::output_ids(recipe.model).size() > 1) return;
  if (!measure::Answers(task, input, outputs, set).known() && !recipe.has_teacher)
    user_error("the samples of '{}' have no {}, which training and testing compare with", set.name,
               task.classifies() ? "labels" : "targets");
  // Of a sample that is its own target the values are those that the network sees.
  if (task.rebuilds_input && task.loss == graph::Loss::Bce) check_fractions(input, set);
}

// Bits of the largest magnitude.
int magnitude_bits(const graph::QuantSpec& spec) {
  return spec.width - (spec.is_signed ? 1 : 0);
}

}  // namespace

void check_recipe(const frontends::Recipe& recipe, const data::Dataset& train_set,
                  const data::Dataset& validation_set, const data::Dataset& test_set) {
  const graph::Model& model = recipe.model;
  const auto& input = std::get<graph::Input>(model.nodes.front().op);
  if (!graph::takes_samples(input.shape, train_set.sample_shape)) {
    user_error("the network takes samples of shape {}, the data set '{}' has {}",
               graph::to_string(input.shape), train_set.name,
               graph::to_string(train_set.sample_shape));
  }
  const std::int64_t outputs = graph::output_size(model);
  if (model.task.classifies() && outputs < train_set.class_count) {
    user_error(
        "the network has {} outputs, the data set '{}' has {} classes; give its last layer as "
        "many outputs",
        outputs, train_set.name, train_set.class_count);
  }
  for (const data::Dataset* set : {&train_set, &validation_set, &test_set}) {
    if (set == &validation_set && set->size() == 0) continue;
    if (set->size() == 0)
      user_error("the data set '{}' has no samples here; give it some, in every split", set->name);
    check_answers(recipe, *set);
    check_finite(input, *set);
  }
  if (recipe.batch_size < 1) {
    user_error("batch_size is {}, it must be 1 or more", recipe.batch_size);
  }
  if (recipe.float_phase.epochs > 0 || recipe.fixed_phase.epochs > 0)
    check_batch_norms(recipe, train_set.size());
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
