// Parameters that somebody has trained elsewhere, as a safetensors file with the names of torch's
// state_dict.
#pragma once

#include <string>

#include "qfx/graph/graph.h"
#include "qfx/store/safetensors.h"

namespace qfx::frontends {

// Gives the parameters of `model` the values of the file's tensors. "conv1.weight" is found under
// that name; in the file a '.' may be a '_', a prefix "module." is dropped, and extents of 1 in a
// shape do not count. Names are torch's: `weight` and `bias`, of a batch norm `running_mean` and
// `running_var` too, of a fractional convolution `threshold`; the last layer "classifier" may be
// called "linear" or "fc". An affine takes a batch norm with its statistics, which are folded, or
// the pair that is left of one.
//
// A published fractional convolution counts in units, ours in thirds: its threshold becomes three
// times as large, and what follows it divides by three. `zoo` names the network where it is the
// zoo's: "fracbnn_published" takes the same file and gives each value the rounding that the
// published accelerator gives it beyond what a format says (docs/recipe.md).
//
// Raises UserError, beginning with `place`, for a parameter that the file lacks, a shape that
// differs, and tensors that the network has no use for.
void load_state_dict(const store::Safetensors& file, const std::string& place,
                     const std::string& zoo, graph::Model& model);

}  // namespace qfx::frontends
