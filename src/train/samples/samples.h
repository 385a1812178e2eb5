// Stored samples as tensors.
#pragma once

#include <vector>

#include "train/machine/torch.h"

#include "qfx/data/dataset.h"
#include "qfx/graph/graph.h"

namespace qfx::train {

// {batch, shape...} float32 through graph::preprocess.
at::Tensor preprocessed(const graph::Input& input, const std::vector<float>& samples,
                        std::int64_t batch);
at::Tensor preprocessed(const graph::Model& model, const std::vector<float>& samples,
                        std::int64_t batch);

// Samples [first, first + count) of a set, preprocessed.
at::Tensor preprocessed(const graph::Input& input, const data::Dataset& set, std::int64_t first,
                        std::int64_t count);

// Raises UserError where a sample is infinite as the network would see it: normalized, it is out of
// float32's range.
void check_finite(const graph::Input& input, const data::Dataset& set);

// Likewise where a sample as the network would see it is not from 0 to 1.
void check_fractions(const graph::Input& input, const data::Dataset& set);

}  // namespace qfx::train
