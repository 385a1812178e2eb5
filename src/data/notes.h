// What a user would not want of a set's labels, told in sentences.
#pragma once

#include <cstdint>

#include "qfx/data/dataset.h"

namespace qfx::data {

// "3", or "3 (cat)" where classes have names.
std::string class_text(const Dataset& set, std::int64_t label);

// Adds notes on a split with labels: classes without samples, labels that start at 1, samples
// sorted by class, more `classes` than the data has. limit: as load() was given it.
void note_labels(const Source& source, Split split, std::int64_t limit, Dataset& set);

}  // namespace qfx::data
