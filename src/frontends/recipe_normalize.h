// data.normalize: numbers, or the name of what is computed from the training samples.
#pragma once

#include "frontends/table_reader.h"

#include "qfx/data/dataset.h"
#include "qfx/graph/op.h"

namespace qfx::frontends {

// A byte divided by 256 is an exact 8-bit fraction: the hardware takes the byte as it is.
inline constexpr double kByteDivisor = 256;

enum class Normalize { Unsaid, Given, Standard, Minmax };

// Which of them the table [data] asks for; of Given, the numbers too.
Normalize read_normalize(const TableReader& data, graph::Preprocess& preprocess);

// What brings each channel of these samples to mean 0 and standard deviation 1, or to 0 to 1. Bytes
// are fractions of 256 first. A channel of one value becomes 0. A deviation or range within 1 % of
// a power of two is taken as that, which costs nothing and divides exactly.
graph::Preprocess computed_normalize(Normalize how, const data::Dataset& set,
                                     std::int64_t channels);

// Raises UserError unless `mean` and `std` have a number for each channel, where they are given.
void check_normalize(const TableReader& data, const graph::Preprocess& preprocess,
                     std::int64_t channels);

}  // namespace qfx::frontends
