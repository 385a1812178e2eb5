// Where the samples for a frozen model come from: --data, or the recipe of the run folder it lies
// in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "qfx/data/dataset.h"
#include "qfx/graph/graph.h"

namespace qfx::command {

// The run folder that holds this model.qfx: its parent, where that has a recipe.toml.
std::optional<std::string> run_folder_of(const std::string& model_path);

// The data source of the run's recipe, with `given` in the place of its text where that is not
// empty: the keys beside it say how data of this kind are read. Empty where there is neither.
std::optional<data::Source> data_source(const std::string& given, const std::string& model_path);

// The test split for this model, its targets those of the model's task; limit 0: all. Where `given`
// is an array, a picture or a folder of pictures, all of it, without labels. Where `given`
// names its classes, and the model does, they are the model's by name. Raises UserError where no
// source is known, where the samples do not fit the model's input, or where the set is empty.
data::Dataset load_test_data(const std::string& given, const std::string& model_path,
                             const graph::FrozenModel& model, std::int64_t limit);

// What a user would not want of the set, on standard error.
void warn_of_notes(const data::Dataset& set);

}  // namespace qfx::command
