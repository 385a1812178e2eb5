#include "qfx/kernels/int_softmax.h"

#include <algorithm>
#include <utility>

#include "qfx/fixed/raw.h"

namespace qfx::kernels {

IntSoftmax::IntSoftmax(std::vector<std::int32_t> table, const fixed::Format& to)
    : table_(std::move(table)), to_(to) {}

// use(index, exponential, sum)
template <class Use>
void IntSoftmax::each(const std::int32_t* x, std::int64_t channels, std::int64_t inner,
                      const Use& use) const {
  const std::int64_t size = channels * inner;
  for (std::int64_t pixel = 0; pixel < inner; ++pixel) {
    std::int32_t largest = x[pixel];
    for (std::int64_t i = pixel; i < size; i += inner) largest = std::max(largest, x[i]);
    std::int64_t sum = 0;
    for (std::int64_t i = pixel; i < size; i += inner) sum += table_[largest - x[i]];
    for (std::int64_t i = pixel; i < size; i += inner) use(i, table_[largest - x[i]], sum);
  }
}

void IntSoftmax::operator()(const std::int32_t* x, std::int32_t* y, std::int64_t channels,
                            std::int64_t inner) const {
  each(x, channels, inner, [&](std::int64_t i, std::int32_t exponential, std::int64_t sum) {
    y[i] = static_cast<std::int32_t>(fixed::cast_quotient(exponential, 0, sum, to_));
  });
}

void IntSoftmax::quotients(const std::int32_t* x, double* p, std::int64_t channels,
                           std::int64_t inner) const {
  each(x, channels, inner, [&](std::int64_t i, std::int32_t exponential, std::int64_t sum) {
    p[i] = static_cast<double>(exponential) / static_cast<double>(sum);
  });
}

}  // namespace qfx::kernels
