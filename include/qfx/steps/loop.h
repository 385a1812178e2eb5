// Loops over the kernels' slices of an array, on threads that the caller brings.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "qfx/kernels/fake_cast.h"

namespace qfx::steps {

// Calls body(i) for every i in [0, count), in any order, on as many threads as it likes; returns
// when all are done, with the exception of one of them if any threw.
using Loop = std::function<void(std::int64_t count, const std::function<void(std::int64_t)>& body)>;

// The cut depends on the extent alone: sums added in the order of the blocks do not depend on the
// number of threads.
class Blocks {
 public:
  explicit Blocks(const kernels::Extent& extent) : slices_(kernels::slices(extent)) {}

  std::int64_t count() const { return static_cast<std::int64_t>(slices_.size()); }

  // body(block, offset of its first element, its extent)
  template <class Body>
  void run(const Loop& loop, const Body& body) const {
    loop(count(), [&](std::int64_t block) {
      const kernels::Slice& slice = slices_[static_cast<std::size_t>(block)];
      body(block, slice.offset, slice.extent);
    });
  }

 private:
  std::vector<kernels::Slice> slices_;
};

}  // namespace qfx::steps
