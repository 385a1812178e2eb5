// Functions by table: the integers of graph::make_table, so that the forward has the bits of the
// frozen model, and gradients of the real functions.
#pragma once

#include "train/tensors/assignment.h"

#include "qfx/graph/table.h"

namespace qfx::train {

// What each entry of a function's table adds to the gradients for dy = 1.
struct TableGradient {
  std::vector<double> dx, df;
  std::vector<bool> overflows;
};

struct Lookup : torch::CustomClassHolder {
  graph::Op op;
  fixed::Format input, output;
  std::vector<std::int32_t> table;
  // Filled by the first backward: evaluation has no use for it.
  TableGradient gradient;
};
using LookupPtr = c10::intrusive_ptr<Lookup>;

// The lookup's gradient, made where it is not yet.
const TableGradient& gradient_of(Lookup& lookup);

// Makes `lookup` the one of these formats, unless it is already.
void update_lookup(LookupPtr& lookup, const graph::Op& op, const fixed::Format& input,
                   const fixed::Format& output);

// y = table[x], x on any device; x holds values of the lookup's input format. NaN gives NaN, and
// counts as an overflow. Backward: dx = f'(x) * dy where the cast of f(x) does not overflow, the
// closed form of the cast of f(x) to the point.
at::Tensor function_cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& assignment,
                         const LookupPtr& lookup);

// Softmax over axis 1, computed on the processor. Backward, with p the quotient before the cast and
// g = dy where the cast does not overflow: dx = p * (g - sum of g * p); the closed form of the cast
// of p to the point.
at::Tensor softmax_cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& assignment,
                        const LookupPtr& lookup);

}  // namespace qfx::train
