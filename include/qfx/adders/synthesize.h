// The search for few adders (docs/adders.md).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "qfx/adders/adder_graph.h"

namespace qfx::adders {

// {outputs, inputs}, row-major.
struct Matrix {
  std::int64_t rows = 0, columns = 0;
  std::vector<std::int64_t> values;
};

// What is kept small. Rows that hang on each other save adders, but deep and wide ones: fewest
// adders are not fewest bits.
enum class Goal : std::uint8_t { FullAdders, Adders };

struct Options {
  std::vector<Interval> inputs = {};  // empty: -128 to 127 each
  double seconds = 0.1;               // of processor time; the first answer may take longer
  std::optional<int> max_depth = {};  // levels of adders
  int operands = 2;                   // of an adder of the target: 2 or 3
  Goal goal = Goal::FullAdders;
  std::uint64_t seed = 1;
  std::optional<std::int64_t> steps = {};  // of the search, in place of `seconds`
};

// Equal to the matrix on every input, which it proves before it returns. The same options give the
// same graph where the time allows the same number of steps; `steps` bounds them instead of time.
AdderGraph synthesize(const Matrix& matrix, const Options& options);

}  // namespace qfx::adders
