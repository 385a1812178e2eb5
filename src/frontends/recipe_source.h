// Those keys of the recipe's [data] that say where samples come from and how they are read.
#pragma once

#include <string>
#include <vector>

#include "frontends/table_reader.h"

#include "qfx/data/dataset.h"

namespace qfx::frontends {

std::vector<std::string> source_keys();

// All of a source but its targets, which the loss says. Raises UserError where there is none.
data::Source read_source(const TableReader& data);

}  // namespace qfx::frontends
