// The recipe's [data] table: where samples come from and how they become real numbers.
#pragma once

#include <cstdint>

#include "frontends/table_reader.h"

#include "qfx/frontends/recipe.h"
#include "qfx/graph/op.h"

namespace qfx::frontends {

// What a network has to know of its data.
struct DataFacts {
  graph::Shape shape;
  std::int64_t classes = 0;
  graph::Preprocess preprocess;
  bool preprocess_given = false;
};

// Fills the recipe's data fields. Shape, classes and the default divisor are read from the data set
// itself, unless `input`, `classes` and `normalize` are all given and the source is known to hold
// bytes: then the recipe parses without the data.
DataFacts read_data(const TableReader& root, Recipe& recipe);

}  // namespace qfx::frontends
