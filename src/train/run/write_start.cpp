// A start made of parameters that were trained elsewhere.
#include <utility>

#include "train/loop/examine.h"
#include "train/machine/device.h"
#include "train/records/checkpoint.h"
#include "train/run/recipe_checks.h"

#include "qfx/base/file.h"
#include "qfx/frontends/state_dict.h"
#include "qfx/store/safetensors.h"
#include "qfx/train/run.h"

namespace qfx::train {
namespace {

void write_floats(const Network& network, const RunFolder& folder) {
  if (folder.keeps_something())
    user_error("{}: it already holds a run, or a start; choose another folder, or remove it",
               folder.float_tensors().parent_path().string());
  std::filesystem::create_directories(folder.float_tensors().parent_path());
  NamedFloats values = network.values();
  std::erase_if(values, [](const auto& entry) { return entry.first.ends_with(".frac_bits"); });
  save_tensors(values, folder.float_tensors());
}

}  // namespace

StartFacts write_start(const frontends::Recipe& recipe, const std::string& parameters,
                       const Options& options) {
  const store::Safetensors file = store::parse_safetensors(read_file(parameters), parameters);
  graph::Model model = recipe.model;
  frontends::load_state_dict(file, parameters, recipe.zoo, model);
  Network network(std::move(model));
  const Peers peers(options);
  RunContext context{.recipe = recipe, .options = options, .peers = peers};
  write_floats(network, context.folder);
  StartFacts facts{.tensors = file.tensors.size(), .result = {}, .unmeasured = {}};
  context.device = open_device(recipe.device, peers);
  try {
    context.test_set = data::load(recipe.data, data::Split::Test, recipe.test_limit);
  } catch (const UserError& error) {
    facts.unmeasured = error.what();
    return facts;
  }
  check_recipe(recipe, context.test_set, {}, context.test_set);
  facts.result = examine(context, PhaseKind::Float, network, context.test_set).measures.headline();
  return facts;
}

}  // namespace qfx::train
