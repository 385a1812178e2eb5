// What a user says of an imported network's input, as text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::command {

// "3,96,96" or "3x96x96"; empty for no text. Raises UserError.
std::optional<graph::Shape> read_input_shape(const std::string& text);

// Names separated by commas.
std::vector<std::string> read_names(const std::string& text);

// "divisor=255 mean=.5,.5,.5 std=.25,.25,.25" into the model's input; one mean or std is meant for
// all channels. Raises UserError.
void set_preprocessing(graph::Model& model, const std::string& text);

}  // namespace qfx::command
