// Small networks, each with one thing that exporters write.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/onnx_file.h"

namespace qfx::test {

using OnnxWrite = std::function<void(OnnxFile&)>;

// What stands behind a convolution into 'c', [1, 4, 6, 7], by name, with its opset.
const std::map<std::string, std::pair<int, OnnxWrite>>& functions_and_gates();
const std::map<std::string, std::pair<int, OnnxWrite>>& moves();
const std::map<std::string, std::pair<int, OnnxWrite>>& resized();

// Names and networks of one input 'x' and one output 'y'.
std::map<std::string, OnnxFile> onnx_networks();

}  // namespace qfx::test
