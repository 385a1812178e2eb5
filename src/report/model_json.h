// A frozen model as the page reads it.
#pragma once

#include "report/json.h"

#include "qfx/graph/graph.h"

namespace qfx::report {

// One entry per node: {name, kind, text, inputs, shape, format, params: [{name, shape, format}],
// elements, multiply_adds, accumulator_width, can_overflow, work, ordinary_work}. The last two are
// {multiplies, shifts, adds} of a sample, as it is and if K-hot constants were ordinary ones; the
// last four are null where a sum is too wide to run.
Json layers_json(const graph::FrozenModel& model);

// One entry per tensor in the order of the graph, a node's parameters before its output: {name,
// role, shape, elements, format, width, frac_bits, range_low, range_high}; for parameters also
// param_stats.h's, for activations null in their place.
Json tensors_json(const graph::FrozenModel& model);

// {name, parameters, parameter_bits, multiply_adds, nodes}
Json model_facts(const graph::FrozenModel& model);

}  // namespace qfx::report
