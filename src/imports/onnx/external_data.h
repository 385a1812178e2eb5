// The bytes of a tensor that lie in a file beside the model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "imports/onnx/onnx.pb.h"

namespace qfx::imports {

// `size` bytes. The file must lie in the model's folder or below it, links followed, and hold the
// bytes that offset and length speak of. Raises UserError.
std::string read_external_data(const ::onnx::TensorProto& proto, std::int64_t size,
                               const std::filesystem::path& folder, const std::string& what);

}  // namespace qfx::imports
