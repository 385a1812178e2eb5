// A TensorProto into a Tensor: every type of number, its bytes in any of the fields that may hold
// them or in a file of their own.
#pragma once

#include <filesystem>
#include <string>

#include "imports/onnx/onnx.pb.h"

#include "qfx/imports/tensor.h"

namespace qfx::imports {

// Whether a type's numbers are whole (truth values too) or real; raises UserError for one that is
// neither, `what` being what messages call the tensor.
bool is_integer_type(int data_type, const std::string& what);

// `folder` is the model's, empty where there is none.
Tensor read_tensor(const ::onnx::TensorProto& proto, const std::filesystem::path& folder,
                   const std::string& what);

}  // namespace qfx::imports
