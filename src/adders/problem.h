// The matrix as the search wants it: no two rows alike, no factor that a wire can do.
#pragma once

#include <vector>

#include "adders/rows.h"

#include "qfx/adders/synthesize.h"

namespace qfx::adders {

struct Problem {
  struct Output {
    int row = -1;  // of `rows`; -1: zero
    int shift = 0;
    bool negative = false;
  };
  std::vector<int> input_shifts;  // each input counts as input << shift
  std::vector<Row> rows;
  std::vector<Output> outputs;
};

Problem simplified(const Matrix& matrix);

}  // namespace qfx::adders
