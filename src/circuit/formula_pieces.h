// What a formula is made of.
#pragma once

#include "circuit/pieces.h"

#include "qfx/circuit/formula.h"

namespace qfx::circuit {

Pieces formula_pieces(const Formula& formula);

}  // namespace qfx::circuit
