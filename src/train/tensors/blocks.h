// Loops over the kernels' slices: the cut depends on the extent alone, so sums added in slice order
// do not depend on the number of threads.
#pragma once

#include "train/machine/torch.h"

#include "qfx/kernels/fake_cast.h"

namespace qfx::train {

class Blocks {
 public:
  explicit Blocks(const kernels::Extent& extent) : slices_(kernels::slices(extent)) {}

  std::int64_t count() const { return static_cast<std::int64_t>(slices_.size()); }

  // body(block, offset of its first element, its extent), in parallel.
  template <class Body>
  void run(const Body& body) const {
    at::parallel_for(0, count(), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t block = begin; block < end; ++block) {
        body(block, slices_[block].offset, slices_[block].extent);
      }
    });
  }

 private:
  std::vector<kernels::Slice> slices_;
};

}  // namespace qfx::train
