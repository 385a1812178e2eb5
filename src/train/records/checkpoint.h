// checkpoint/latest.safetensors: float tensors and the run's state, replaced atomically.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "train/records/run_state.h"

namespace qfx::train {

using NamedFloats = std::map<std::string, std::vector<float>>;

struct Checkpoint {
  RunState state;
  NamedFloats tensors;    // the network's, by Network::state's names
  NamedFloats optimizer;  // the optimizers'
  NamedFloats best;       // the network's, of state.best; empty where `tensors` shall be frozen
};

// Written to a temporary name, synced, renamed. Raises UserError on a full disk; the old one then
// stays.
void save_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& path);

// Nothing where there is no file. Raises UserError for a damaged one.
std::optional<Checkpoint> load_checkpoint(const std::filesystem::path& path);

// Tensors alone: float.safetensors.
void save_tensors(const NamedFloats& tensors, const std::filesystem::path& path);
NamedFloats load_tensors(const std::filesystem::path& path);

}  // namespace qfx::train
