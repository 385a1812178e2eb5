// Sums of rows of a table.
#pragma once

#include <cstdint>

namespace qfx::kernels {

// Row p of the tables begins at tables + p * table_size, as many as runs * run. For pixel i of a
// row they are looked up at places[i * pixel_step + run offset + 0, 1, ...], run after run.
struct LookUpSums {
  const std::int16_t* tables;
  std::int64_t table_size;
  const std::uint16_t* places;
  const std::int64_t* run_offsets;
  std::int64_t runs, run, pixel_step;
  std::int64_t pixels, columns;  // of the result
};

// sums: {pixels, columns}. Rows of tables are whole vectors of kLookUpColumns.
inline constexpr std::int64_t kLookUpColumns = 16;
void look_up_sums(const LookUpSums& job, std::int32_t* sums);

}  // namespace qfx::kernels
