// Small networks, each with one thing that exporters write.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support/onnx_file.h"

namespace qfx::test {

// Names and networks of one input 'x' and one output 'y'.
std::map<std::string, OnnxFile> onnx_networks();

}  // namespace qfx::test
