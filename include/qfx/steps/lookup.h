// Functions by table: the integers of graph::make_table, so that the forward has the bits of the
// frozen model, and gradients of the real functions.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "qfx/graph/table.h"
#include "qfx/steps/loop.h"

namespace qfx::steps {

// What each entry of a function's table adds to the gradients for dy = 1.
struct TableGradient {
  std::vector<double> dx, df;
  std::vector<bool> overflows;
};

struct Lookup {
  graph::Op op;
  fixed::Format input, output;
  std::vector<std::int32_t> table;
  // Filled by the first backward: evaluation has no use for it.
  TableGradient gradient;
};
using LookupPtr = std::shared_ptr<Lookup>;

// Makes `lookup` the one of these formats, unless it is already.
void update_lookup(LookupPtr& lookup, const graph::Op& op, const fixed::Format& input,
                   const fixed::Format& output);

// The gradient of a function's lookup, made where it is not yet.
const TableGradient& gradient_of(Lookup& lookup);

// y = table[x]; x holds values of the lookup's input format. NaN gives NaN.
template <class T>
void look_up(const T* x, T* y, std::int64_t values, const Lookup& lookup, const Loop& loop);

// dx = f'(x) * dy where the cast of f(x) does not overflow; the closed form of the cast of f(x) to
// the point, one entry per block. A NaN counts as an overflow.
template <class T>
std::vector<kernels::PointGradient> look_up_backward(const T* x, const T* dy, T* dx,
                                                     std::int64_t values, Lookup& lookup,
                                                     const Loop& loop);

// What the backward pass would count.
template <class T>
std::int64_t lookup_overflows(const T* x, std::int64_t values, Lookup& lookup);

}  // namespace qfx::steps
