// Random matrices of the families that constant matrices come in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "qfx/adders/synthesize.h"

namespace qfx::adders::test {

// signed and positive, sparse, K-hot, of few distinct rows, wide, ...
const std::vector<std::string>& families();
Matrix random_matrix(const std::string& family, std::int64_t rows, std::int64_t columns,
                     std::uint64_t seed);

// The matrix times a vector.
std::vector<std::int64_t> product(const Matrix& matrix, const std::vector<std::int64_t>& x);

}  // namespace qfx::adders::test
