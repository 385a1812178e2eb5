// Softmax by its table, over the channels of an array.
#pragma once

#include "qfx/steps/assignment.h"
#include "qfx/steps/lookup.h"

namespace qfx::steps {

// The cast quotients; x holds values of the lookup's input format.
template <class T>
void softmax(const T* x, T* y, const kernels::Extent& extent, const Lookup& lookup,
             const Loop& loop);

// The quotients before their cast.
template <class T>
void softmax_quotients(const T* x, double* p, const kernels::Extent& extent, const Lookup& lookup,
                       const Loop& loop);

// With p the quotient before the cast and g = dy where the cast does not overflow:
// dx = p * (g - sum of g * p); the closed form of the cast of p to the point, one entry per block.
template <class T>
std::vector<kernels::PointGradient> softmax_backward(const T* x, const T* dy, T* dx,
                                                     const kernels::Extent& extent,
                                                     const Lookup& lookup,
                                                     const Assignment& assignment,
                                                     const Loop& loop);

}  // namespace qfx::steps
