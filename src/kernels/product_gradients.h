// The gradients of the factors of an element-wise product.
#pragma once

#include <cstdint>

namespace qfx::kernels {

// d holds the gradient of a * b: db = d * a, unless it is null, and d becomes d * b.
void split_product(const float* a, const float* b, float* d, float* db, std::int64_t count);
void split_product(const double* a, const double* b, double* d, double* db, std::int64_t count);

}  // namespace qfx::kernels
