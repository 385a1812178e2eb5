#include "qfx/kernels/khot.h"

#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <vector>

#include "kernels/grid.h"
#include "kernels/plan.h"

#include "qfx/fixed/khot.h"

namespace qfx::kernels {
namespace {

// The projection of every raw value of a format, from the smallest.
using Table = std::vector<std::int32_t>;

// The widest format that gets a table: 2^16 entries, built in some tens of milliseconds.
constexpr int kTableWidth = 16;

// Tables stay: a training run uses a handful of (width, sign, k, digits) and asks for them every
// step.
std::shared_ptr<const Table> table_of(int k, bool signed_digits, const fixed::Format& format) {
  using Key = std::tuple<int, bool, int, bool>;
  static std::mutex mutex;
  static std::map<Key, std::shared_ptr<const Table>> tables;
  const Key key{format.width, format.is_signed, std::min(k, format.width), signed_digits};
  const std::lock_guard lock(mutex);
  std::shared_ptr<const Table>& entry = tables[key];
  if (!entry) {
    auto table = std::make_shared<Table>();
    table->reserve(std::size_t{1} << format.width);
    for (std::int64_t raw = min_raw(format); raw <= max_raw(format); ++raw)
      table->push_back(
          static_cast<std::int32_t>(fixed::project_khot(raw, k, signed_digits, format)));
    entry = std::move(table);
  }
  return entry;
}

// A row of one channel, element by element.
template <class T, class Project>
void project_row(T* values, std::int64_t count, int frac_bits, const fixed::Format& format,
                 const Project& project) {
  const auto lowest = static_cast<double>(min_raw(format));
  const auto highest = static_cast<double>(max_raw(format));
  // Two exact steps each way keep far binary points inside the exponent range.
  const int half = frac_bits / 2;
  const double up = std::ldexp(1.0, half), up_rest = std::ldexp(1.0, frac_bits - half);
  const double down = std::ldexp(1.0, -half), down_rest = std::ldexp(1.0, half - frac_bits);
  for (std::int64_t i = 0; i < count; ++i) {
    const double raw = static_cast<double>(values[i]) * up * up_rest;
    if (std::isnan(raw)) continue;
    QFX_ASSERT(raw >= lowest && raw <= highest);
    const auto projected = project(static_cast<std::int64_t>(raw));
    values[i] = static_cast<T>(static_cast<double>(projected) * down * down_rest);
  }
}

}  // namespace

template <class T>
void project_khot(T* values, Extent extent, int k, bool signed_digits, const fixed::Format& format,
                  const int* frac_bits) {
  QFX_ASSERT(format.width <= kCarrierWidth<T>);
  if (k < 1) user_error("k_hot = {} is not allowed; give 1 or more ones", k);
  if (k >= format.width) return;
  const auto each_row = [&](const auto& row) {
    for (std::int64_t o = 0; o < extent.outer; ++o)
      for (std::int64_t c = 0; c < extent.channels; ++c, values += extent.inner)
        row(values, frac_bits[c]);
  };
  if (format.width > kTableWidth) {
    each_row([&](T* row, int f) {
      project_row(row, extent.inner, f, format, [&](std::int64_t raw) {
        return fixed::project_khot(raw, k, signed_digits, format);
      });
    });
    return;
  }
  const std::shared_ptr<const Table> table = table_of(k, signed_digits, format);
  const std::int64_t lowest = min_raw(format);
  each_row([&](T* row, int f) {
    std::int64_t done = 0;
    if (std::abs(f) <= kFarPoint<T>)
      done = simd::look_up_khot(
          row, extent.inner,
          {table->data(), lowest, std::ssize(*table), power_of_two<T>(f), power_of_two<T>(-f)});
    project_row(row + done, extent.inner - done, f, format, [&](std::int64_t raw) {
      return static_cast<std::int64_t>((*table)[static_cast<std::size_t>(raw - lowest)]);
    });
  });
}

template void project_khot<float>(float*, Extent, int, bool, const fixed::Format&, const int*);
template void project_khot<double>(double*, Extent, int, bool, const fixed::Format&, const int*);

}  // namespace qfx::kernels
