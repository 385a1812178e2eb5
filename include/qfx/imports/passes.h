// What makes a Source plain: one form for each thing that ONNX can say in several, shapes known,
// constants computed, nothing left that computes nothing. A pass changes no value of the network
// but in the last bits of a double; tests/unit/onnx holds every one to it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qfx/imports/source.h"

namespace qfx::imports {

// What a user says of a network beside its file.
struct ImportOptions {
  std::optional<Shape> input_shape = {};  // with or without the batch
  std::vector<std::string> outputs = {};  // where to cut; empty: at the file's
};

// Leaves what the outputs need: `outputs` where there are any, else the file's. Raises UserError
// where a name is not there, or where more than one input is left.
void cut(Source& source, const std::vector<std::string>& outputs);

// Makes the input's shape definite: a batch of 1, the sizes that the file leaves open from the
// user's. Raises UserError where something stays open.
void set_input_shape(Source& source, const std::optional<Shape>& given);

struct Pass {
  std::string_view name;
  // Whether it changed anything.
  bool (*apply)(Source& source);
};

// In their order.
std::span<const Pass> passes();

// All of the above, in order, until nothing changes. Raises UserError that names the node, what is
// not supported of it, the nearest form and the cut that leaves it out.
void make_plain(Source& source, const ImportOptions& options);

// The shapes of all values; nodes whose values are known become constants. Raises UserError.
bool infer_and_fold(Source& source);

}  // namespace qfx::imports
