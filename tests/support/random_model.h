// Random trainable models over everything a model may contain, with binary points filled in so that
// they freeze, and inputs for them that sit on the edges of their formats.
#pragma once

#include <cstdint>
#include <vector>

#include "support/rng.h"

#include "qfx/graph/graph.h"

namespace qfx::test {

// Whose rounding and overflow modes a model may have.
enum class Modes {
  ApFixed,  // all but RND_CONV_ODD
  AcFixed   // all but WRAP_SM and N > 0
};

struct RandomModelOptions {
  int max_nodes = 10;                // after the input; fewer where a branch leads nowhere
  std::int64_t max_products = 6000;  // of one node and image
  int max_width = 32;                // of any tensor; most have 16 bits or fewer anyway
  int max_accumulator_width = 53;    // training carries sums in float64
  Modes modes = Modes::ApFixed;
  double several_outputs = 0.3;  // how often
};

// The same seed gives the same model. Every mode that is asked for occurs, every node kind, any
// topology, one output or several.
graph::Model random_model(std::uint64_t seed, const RandomModelOptions& options = {});

// Stored samples {batch, input shape...}: values on the ends of the input's format, beyond them, on
// rounding ties, and in between.
std::vector<float> random_samples(const graph::Model& model, std::uint64_t seed,
                                  std::int64_t batch);

// Raw values {batch, input shape...} that the input can hold, with its ends often.
std::vector<std::int32_t> random_raw_input(const graph::FrozenModel& model, std::uint64_t seed,
                                           std::int64_t batch);

// The model that computes node `id` and nothing else: its ancestors, in the same order.
graph::Model keep_ancestors(const graph::Model& model, graph::NodeId id);
// The same with these outputs.
graph::Model keep_ancestors(const graph::Model& model, const std::vector<graph::NodeId>& outputs);

// ---- the parts, for random_model.cpp

// Nodes and shapes alone, formats at their defaults.
graph::Model random_topology(Rng& rng, const RandomModelOptions& options, const std::string& name);

// Chooses formats, binary points and parameters node by node, so that values overflow sometimes but
// not always. False where an exact sum would not fit; the caller draws again.
bool fill_formats(graph::Model& model, Rng& rng, const RandomModelOptions& options);

}  // namespace qfx::test
