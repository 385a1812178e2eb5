// The recipe's [data] table: where samples come from and how they become real numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontends/table_reader.h"

#include "qfx/frontends/recipe.h"
#include "qfx/graph/op.h"

namespace qfx::frontends {

// What a network has to know of its data.
struct DataFacts {
  graph::Shape shape;
  std::int64_t classes = 0;  // or values a sample to predict: the outputs
  graph::Preprocess preprocess;
  bool preprocess_given = false;
  std::vector<std::string> output_names;  // by label or column; empty where nobody says
};

// Fills the recipe's data fields, for targets as recipe.data has them. Shape, outputs, their names
// and what normalises the samples are read from the data set itself. Where `input`, `classes` and
// numbers to normalise by are all given and the source is known to hold bytes, the recipe parses
// without the data.
DataFacts read_data(const TableReader& root, Recipe& recipe);

}  // namespace qfx::frontends
