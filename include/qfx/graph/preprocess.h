// From stored samples to the real numbers a model sees. One function for training and runtime, so
// that both see the same bits.
#pragma once

#include <span>

#include "qfx/graph/op.h"

namespace qfx::graph {

// samples and out: {batch, shape...}. (sample / divisor - mean[c]) / std[c] in double, then rounded
// once to float32, because training carries float32. `c` is axis 0 of shape.
void preprocess(const Preprocess& preprocess, const Shape& shape, std::span<const float> samples,
                std::span<float> out);

// Whether an input of shape `input` takes samples stored as `samples`: in the same shape, or as a
// row of as many values, [C, H, W] one after the other; or [C, L] stored as the image of one row
// [C, 1, L] or of one channel [1, C, L], which is how data sets have sequences.
bool takes_samples(const Shape& input, const Shape& samples);

}  // namespace qfx::graph
