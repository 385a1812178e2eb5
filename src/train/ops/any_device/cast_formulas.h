// The cast (docs/semantics.md, 2) as formulas of torch's plain operators.
#pragma once

#include "train/machine/torch.h"

#include "qfx/steps/assignment.h"

namespace qfx::train {

// What the formulas need of a format, as the kernels see it.
struct Limits {
  explicit Limits(const fixed::Format& format);

  fixed::Format format;
  double modulus, high, low;
};

// 2^(sign * F) of each binary point, against `like`: one number, or one per channel of a parameter.
at::Tensor powers(const steps::Assignment& a, int sign, const at::Tensor& like);

// The nearest integer to v = x * 2^F in the sense of the mode; Note [Rounding on a carrier] in
// kernels/ref/value.h.
at::Tensor rounded(const at::Tensor& v, const at::Tensor& x, fixed::Rounding rounding);

// The rounded integer n brought into the format; v is what was rounded.
at::Tensor overflowed(const at::Tensor& n, const at::Tensor& v, const Limits& grid);

// How many of the values lie outside the assignment's format. x on any device.
std::int64_t operator_overflows(const at::Tensor& x, const steps::Assignment& assignment);

}  // namespace qfx::train
