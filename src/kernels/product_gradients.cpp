#include "kernels/product_gradients.h"

#include "kernels/clones.h"

namespace qfx::kernels {
namespace {

template <class T>
inline __attribute__((always_inline)) void split(const T* a, const T* b, T* d, T* db,
                                                 std::int64_t count) {
  if (db == nullptr) {
    for (std::int64_t i = 0; i < count; ++i) d[i] *= b[i];
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const T gradient = d[i];
    db[i] = gradient * a[i];
    d[i] = gradient * b[i];
  }
}

QFX_CLONES void split_floats(const float* a, const float* b, float* d, float* db,
                             std::int64_t count) {
  split(a, b, d, db, count);
}
QFX_CLONES void split_doubles(const double* a, const double* b, double* d, double* db,
                              std::int64_t count) {
  split(a, b, d, db, count);
}

}  // namespace

void split_product(const float* a, const float* b, float* d, float* db, std::int64_t count) {
  split_floats(a, b, d, db, count);
}
void split_product(const double* a, const double* b, double* d, double* db, std::int64_t count) {
  split_doubles(a, b, d, db, count);
}

}  // namespace qfx::kernels
