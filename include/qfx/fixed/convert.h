// The law: conversion of an exact fixed-point value to a Format, as ap_fixed and ac_fixed do it.
//
// One template serves every integer type: boost::multiprecision::cpp_int for the exact scalar of
// any width, __int128 for the batch reference. Source: Xilinx ap_fixed_base.h (operator=,
// overflow_adjust, quantization_adjust) and hlslibs ac_fixed.h; docs/number_system.md states it in
// words.
#pragma once

#include "qfx/fixed/format.h"

namespace qfx::fixed {

// Step 1: round m * 2^(to_frac - from_frac) to an integer. Exact over all dropped bits.
// The caller guarantees that Int holds m << max(0, to_frac - from_frac).
template <class Int>
Int round_raw(const Int& raw, int from_frac, int to_frac, Rounding rounding);

// Step 2: bring the unbounded integer q into the format. `source` and `from_frac` are the unrounded
// source, which AP_WRAP_SM with N = 0 looks at.
template <class Int>
Int overflow_raw(const Int& q, const Format& to, const Int& source, int from_frac);

// Both steps: the raw value of `to` for the source value raw * 2^-from_frac.
template <class Int>
Int convert_raw(const Int& raw, int from_frac, const Format& to);

}  // namespace qfx::fixed

#include "qfx/fixed/convert_inl.h"
