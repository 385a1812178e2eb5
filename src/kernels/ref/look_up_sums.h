// Sums of rows of a table, number by number.
#pragma once

#include "kernels/bits/look_up_sums.h"

namespace qfx::kernels::ref {

inline void look_up_sums(const LookUpSums& job, std::int32_t* sums) {
  for (std::int64_t i = 0; i < job.pixels; ++i)
    for (std::int64_t c = 0; c < job.columns; ++c) {
      std::int32_t sum = 0;
      for (std::int64_t run = 0; run < job.runs; ++run)
        for (std::int64_t k = 0; k < job.run; ++k) {
          const std::int64_t place = job.places[i * job.pixel_step + job.run_offsets[run] + k];
          sum += job.tables[(run * job.run + k) * job.table_size + place + c];
        }
      sums[i * job.columns + c] = sum;
    }
}

}  // namespace qfx::kernels::ref
