// The formats of a quantized network's tensors.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "qfx/fixed/format.h"
#include "qfx/graph/graph.h"
#include "qfx/graph/range.h"

namespace qfx::imports {

// Of a parameter whose elements are integers of the file: what these lie between, and the fraction
// bits of each channel; of one that none of them is in, nothing.
struct ParamGrid {
  std::int64_t low = 0, high = 0;
  fixed::Rounding rounding = fixed::Rounding::RND_CONV;
  std::vector<std::optional<int>> frac_bits = {};
};

struct KnownFormats {
  std::map<graph::NodeId, fixed::Format> nodes = {};
  std::map<std::pair<graph::NodeId, graph::Role>, ParamGrid> params = {};
  std::set<graph::NodeId> narrow = {};  // read by a table
  std::set<graph::NodeId> signs = {};   // whose sign is read
};

// Every spec of the model: those that are known, and where the file says nothing the format that
// holds the exact value. What no format holds exactly, and what is left to calibration, is told in
// the sentences that it returns.
std::vector<std::string> settle_formats(graph::Model& model, const KnownFormats& known);

// The format of integers from low to high on the grid 2^-frac_bits. Raises NodeFault where they
// have more bits than a tensor may have.
fixed::Format format_of(std::int64_t low, std::int64_t high, int frac_bits,
                        fixed::Rounding rounding);

}  // namespace qfx::imports
