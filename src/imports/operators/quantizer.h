// What an operator that quantizes does, in one form for QONNX's and ONNX's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "imports/operators/call.h"

#include "qfx/fixed/format.h"

namespace qfx::imports {

// x is divided by the scale, rounded to an integer, kept between low and high, and multiplied by
// the scale again. The zero point z is part of the integer that a file stores, which is z more:
// low and high are those without it.
struct Quantizer {
  Tensor scale;  // broadcasts to x
  std::int64_t low = 0, high = 0;
  fixed::Rounding rounding = fixed::Rounding::RND_CONV;
  bool is_bipolar = false;  // +1 from 0 on, else -1, times the scale
};

// QONNX's operators are met in four domains and in none.
inline constexpr std::string_view kQonnxDomain = "qonnx.custom_op.general";
// Of those whose data have the channels last.
inline constexpr std::string_view kChannelsLastDomain = "qonnx.custom_op.channels_last";
// Passes make all quantizers one: Quant of this domain, which says low, high, the fraction bits of
// a power-of-two scale, and the rounding.
inline constexpr std::string_view kPlainDomain = "qfx";

// A node's domain, QONNX's under one name.
std::string_view domain_of(const Node& node);
// Quant, IntQuant or BipolarQuant of QONNX, QuantizeLinear or DequantizeLinear.
bool is_quantizer(const Node& node);
bool is_plain_quant(const Node& node);

// Of a Quant, IntQuant or BipolarQuant, or of a QuantizeLinear. Raises NodeFault.
Quantizer read_quantizer(const Call& call);
// The real numbers that a DequantizeLinear's integers stand for: their scale, and what they lie
// between without the zero point.
Quantizer read_dequantizer(const Call& call);
// Of a plain Quant.
Quantizer read_plain(const Node& node);

// A Trunc: x / scale, rounded, times factor, kept between low and high where these differ, rounded,
// times the output's scale.
struct TruncParts {
  double scale = 1, factor = 1, output_scale = 1;
  std::int64_t low = 0, high = 0;
  std::int64_t in_bits = 8;
  fixed::Rounding rounding = fixed::Rounding::TRN;
};
TruncParts read_trunc(const Call& call);

double rounded(double value, fixed::Rounding rounding);

// The scale s = 2^-k; nothing where it is another number.
std::optional<int> frac_bits_of(double scale);

}  // namespace qfx::imports
