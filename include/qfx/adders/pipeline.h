// Where the registers of a pipelined adder graph stand.
#pragma once

#include "qfx/adders/adder_graph.h"

namespace qfx::adders {

// The registers on every way from an input to an output, with one after every `levels_per_register`
// levels of adders and one behind the outputs: 1 or more. What enters at one clock edge leaves so
// many edges later, that edge counted as the first.
int matrix_stages(const AdderGraph& graph, int levels_per_register);

// The stage in which adders of a level work, counted from 1; inputs are there in stage 1.
int stage_of(int level, int levels_per_register);

}  // namespace qfx::adders
