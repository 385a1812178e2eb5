// CSV tables as a data set: a row for each sample, a column for each of its values, the label in a
// column of its own.
#pragma once

#include <cstdint>
#include <filesystem>

#include "qfx/data/dataset.h"

namespace qfx::data {

bool csv_has_validation(const std::filesystem::path& path);

// path: a folder of train.csv, test.csv and perhaps val.csv, or one table. Columns are found by
// their names, in any order, where there are headers. Labels that are words become classes in the
// order of the words, those of train.csv first.
Dataset load_csv(const Source& source, const std::filesystem::path& path, Split split,
                 std::int64_t limit);

}  // namespace qfx::data
