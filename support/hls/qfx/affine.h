// scale * x + offset with pairs of its own: what a trained batch normalisation computes too. Where
// there is no offset its table holds zeros.
#ifndef QFX_AFFINE_H_
#define QFX_AFFINE_H_

#include "qfx/batch_norm.h"

namespace qfx {

template <class CONFIG>
using Affine = BatchNorm<CONFIG>;

}  // namespace qfx

#endif  // QFX_AFFINE_H_
