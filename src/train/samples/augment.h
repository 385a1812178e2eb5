// Augmentation of one stored sample, before preprocessing.
#pragma once

#include "train/tensors/random.h"

#include "qfx/frontends/recipe.h"

namespace qfx::train {

// In place on {C, H, W}: mirrors with probability 1/2, and moves by up to crop_padding pixels each
// way, zeros coming in. Raises UserError for a sample that is not an image where either is asked
// for.
void augment(const frontends::Augment& settings, const graph::Shape& shape, Random& random,
             float* sample);

}  // namespace qfx::train
