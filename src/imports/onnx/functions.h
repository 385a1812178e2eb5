// Functions that a model brings along: a call is replaced by the function's nodes.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "imports/onnx/onnx.pb.h"

namespace qfx::imports {

// A node of the file or of a function, and the opset of its domain where it stands.
struct Placed {
  ::onnx::NodeProto node;
  std::int64_t opset = 0;
  int record = 0;  // of which node of the file it is a part
};

// "ai.onnx" is the default domain, which is "".
std::string plain_domain(const std::string& domain);

using Opsets = std::map<std::string, std::int64_t>;
Opsets read_opsets(const ::google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto>& imports);

// The nodes of the model's graph with every call of a function replaced, however deep. Values
// inside a function get names that no value of the file has. Raises UserError where functions call
// each other in a circle or the nodes become too many.
std::vector<Placed> inline_functions(const ::onnx::ModelProto& model);

}  // namespace qfx::imports
