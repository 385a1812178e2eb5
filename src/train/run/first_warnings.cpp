#include "train/run/first_warnings.h"

#include <fmt/format.h>

#include "train/loop/warnings.h"
#include "train/run/data_warnings.h"
#include "train/run/recipe_checks.h"
#include "train/run/start.h"

#include "qfx/graph/fold_batch_norm.h"

namespace qfx::train {
namespace {

void warn_of_unfolded(RunContext& context) {
  const frontends::Recipe& recipe = context.recipe;
  if (!recipe.fold_batch_norm) return;
  for (const auto& [name, why] : graph::unfolded_batch_norms(fixed_model(recipe, recipe.model))) {
    context.warn(
        "not_folded", name,
        fmt::format("batch_norm = \"fold\" leaves '{}' a layer of its own: {}", name, why));
  }
}

}  // namespace

void warn_first(RunContext& context) {
  const graph::Model& model = context.recipe.model;
  for (const std::string& sentence : wide_products(model))
    context.warn("wide_product", "", sentence);
  warn_of_unfolded(context);
  const auto& input = std::get<graph::Input>(model.nodes.front().op);
  for (const std::string& sentence :
       data_warnings(input, context.train_set, {&context.validation_set, &context.test_set}))
    context.warn("data", "", sentence);
  warn_of_last_softmax(context);
}

}  // namespace qfx::train
