// The .qfx and .graph files: one safetensors file, tensors plus the graph as JSON in its metadata,
// a schema version and a checksum. Loading runs no code; a damaged file raises UserError saying
// what is wrong.
#pragma once

#include <string>

#include "qfx/graph/analyzed.h"
#include "qfx/graph/graph.h"

namespace qfx::graph {

inline constexpr int kSchemaVersion = 1;

// Written to a temporary name beside `path`, synced and renamed. K-hot parameters are stored as
// digits (exponent and sign), binary weights as a bit each, everything else as raw integers.
void save(const FrozenModel& model, const std::string& path);
FrozenModel load_frozen(const std::string& path);
// To run, print or describe the model: with its proofs.
Analyzed load_analyzed(const std::string& path);
// The checksum of its file: eight hex digits that tell models apart.
std::string checksum_of(const FrozenModel& model);

// A trainable graph with its float parameters (".graph").
void save(const Model& model, const std::string& path);
Model load_model(const std::string& path);

}  // namespace qfx::graph
