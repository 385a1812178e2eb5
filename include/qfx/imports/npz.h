// Arrays of numpy.savez: a zip of .npy files.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "qfx/imports/tensor.h"

namespace qfx::imports {

// The arrays of numbers, by name; others (texts, objects) are left out. Raises UserError where the
// file is damaged or an array is in Fortran's order.
std::map<std::string, Tensor> read_npz(const std::filesystem::path& path);
std::map<std::string, Tensor> parse_npz(const std::string& bytes, const std::string& place);

}  // namespace qfx::imports
