// What the figures of a run are: the measure of its network's task, and what guessing gets.
#pragma once

#include <optional>

#include "report/json.h"

#include "qfx/graph/graph.h"

namespace qfx::report {

// {name, is_accuracy, is_share, higher, chance, classes, r2}. `measures`: what the integers reach
// on the test set (docs/command.md), or null; its confusion says how far always answering the most
// frequent class comes, else chance is one of so many. `named`: {name, higher_is_better} as a run's
// files give it, or null. An accuracy where nothing tells the task.
Json measure_json(const std::optional<graph::FrozenModel>& model, const Json& measures,
                  const Json& named);

// The names of the outputs, in order; empty where nobody named them.
Json class_names(const std::optional<graph::FrozenModel>& model, const Json& measures);

// "image" where the samples have rows and columns, else "sample".
std::string noun_of(const std::optional<graph::FrozenModel>& model);

}  // namespace qfx::report
