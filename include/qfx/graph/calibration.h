// How a binary point is chosen from values.
#pragma once

namespace qfx::graph {

// steps/choose_point.h has the formulas.
enum class CalibrationMethod { Max, Mean3Sd, Percentile, Mse, Kl };

}  // namespace qfx::graph
