#include "train/run/start.h"

#include "train/records/run_folder.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"
#include "qfx/graph/fold_batch_norm.h"
#include "qfx/graph/real_weights.h"
#include "qfx/train/run.h"

namespace qfx::train {
namespace {

// Whether a point means the same under both: all but what only a check asks.
bool same_format(graph::QuantSpec a, graph::QuantSpec b) {
  a.forbids_overflow = b.forbids_overflow = false;
  a.learned = b.learned = false;
  a.int_bits = b.int_bits = std::nullopt;
  return a == b;
}

struct Learned {
  NamedFloats values;
  std::vector<std::string> taken, anew;  // tensors by what becomes of their points
};

Learned learned_for(Network& network, const graph::Model& learned) {
  Network source(learned);
  Learned result{.values = source.values(), .taken = {}, .anew = {}};
  std::map<std::string, const Point*> points;
  for (const Point* point : source.points()) points[point->tensor] = point;
  for (const Point* point : network.points()) {
    if (!point->casts()) continue;
    if (point->is_set() && !point->spec.learned) {  // the recipe gives it
      result.values.erase(point->tensor + ".frac_bits");
      continue;
    }
    const auto from = points.find(point->tensor);
    const bool takes = from != points.end() && from->second->is_set() &&
                       same_format(point->spec, from->second->spec) &&
                       point->channels == from->second->channels;
    (takes ? result.taken : result.anew).push_back(point->tensor);
    if (!takes) result.values.erase(point->tensor + ".frac_bits");
  }
  return result;
}

std::string place_of(const frontends::Recipe& recipe) {
  return fmt::format("start = \"{}\"", recipe.start);
}

}  // namespace

graph::Model float_model(const frontends::Recipe& recipe) {
  return recipe.binary_in_float ? recipe.model : graph::with_real_weights(recipe.model);
}

graph::Model fixed_model(const frontends::Recipe& recipe, const graph::Model& from) {
  return recipe.fold_batch_norm ? graph::fold_batch_norm(from) : from;
}

Start open_start(const frontends::Recipe& recipe) {
  const std::filesystem::path file = RunFolder(recipe.start).float_tensors();
  if (!path_exists(file)) {
    user_error(
        "{}: there is no {} in it; name the folder of a run whose float phase has ended, or leave "
        "start out and train in float first",
        place_of(recipe), file.filename().string());
  }
  Start start{.floats = load_tensors(file), .learned = {}};
  Network(recipe.model).load_state(start.floats, place_of(recipe));
  if (recipe.start_from == frontends::StartFrom::Float) return start;
  start.learned = load_checkpoint_model(recipe.start);
  Network network(fixed_model(recipe, recipe.model));
  network.load_state(learned_for(network, *start.learned).values, place_of(recipe));
  return start;
}

void take_learned(RunContext& context, const graph::Model& learned, Network& network) {
  const Learned found = learned_for(network, learned);
  network.load_state(found.values, place_of(context.recipe));
  context.message(fmt::format(
      "started from the fixed phase of '{}': its parameters and {} of {} binary points{}",
      context.recipe.start, found.taken.size(), found.taken.size() + found.anew.size(),
      found.anew.empty() ? "" : "; those of other formats are new: " + join(found.anew, ", ")));
}

}  // namespace qfx::train
