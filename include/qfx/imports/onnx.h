// ONNX files into a Source. What is read is checked: every value has one maker, every name that is
// read exists, there is no cycle, tensors have as many bytes as their shape says. A damaged or
// hostile file raises UserError, one sentence; nothing of it is run.
//
// Opsets 6 to 25 of the default domain. Functions of the model are put in where they are called;
// operators are judged by who uses them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "qfx/imports/source.h"

namespace qfx::imports {

inline constexpr std::int64_t kFirstOpset = 6;
inline constexpr std::int64_t kLastOpset = 25;

// Weights in files of their own are read from the model's folder and those below it.
Source read_onnx(const std::filesystem::path& path);

// The content of such a file. `place` is what messages call it; an empty folder has no weights in
// files of their own.
Source parse_onnx(std::string_view bytes, const std::filesystem::path& folder,
                  const std::string& place);

}  // namespace qfx::imports
