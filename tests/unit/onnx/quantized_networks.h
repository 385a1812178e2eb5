// Small networks that are quantized already, as QONNX and as QuantizeLinear with DequantizeLinear.
#pragma once

#include <map>
#include <string>

#include "support/onnx_file.h"

namespace qfx::test {

// A QONNX Quant of `x`.
struct QuantOf {
  float scale = 1;
  float bits = 8;
  bool is_signed = true, is_narrow = false;
  const char* rounding = "ROUND";
  float zero = 0;
};
void add_quant(OnnxFile& file, const std::string& x, const std::string& y, const QuantOf& quant,
               const std::string& domain = "qonnx.custom_op.general");

// QuantizeLinear and DequantizeLinear of `x`; y.q is what lies between. type: ONNX's number, 2 for
// uint8 and 3 for int8.
void add_qdq(OnnxFile& file, const std::string& x, const std::string& y, float scale, int zero,
             int type);

// QONNX's windows over channels that are last; or ONNX's own, each between two transposes.
OnnxFile channels_last(bool between_transposes = false);

// Whose scales are powers of two: the frozen model gives exactly the file's values.
std::map<std::string, OnnxFile> power_of_two_networks();
// All of them.
std::map<std::string, OnnxFile> quantized_networks();

}  // namespace qfx::test
