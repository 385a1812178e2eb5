// The folding of an export: what the options, the recipe and an earlier export ask for, and what a
// person is told of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command_line.h"

#include "qfx/backends/target.h"
#include "qfx/dataflow/fold.h"
#include "qfx/graph/analyzed.h"

namespace qfx::command {

struct FoldOptions {
  double images_per_second = 0;  // 0: not asked for
  std::optional<std::int64_t> luts = {}, dsps = {}, brams = {};
  std::vector<std::string> folds = {};  // "conv1=4x16"; "none"
  std::optional<std::int64_t> axi_bits = {};
};
void add_fold_options(CommandLine& verb, FoldOptions& options);

// Where an export goes and what it is of.
struct FoldTask {
  const backends::Target& target;
  const graph::Analyzed& model;
  std::string model_path;  // beside which the recipe may lie
  std::string output;      // where an earlier export may lie
  double clock_ns = 0;
};

struct ChosenFolding {
  dataflow::Folding folding;
  std::string origin;  // a sentence where it comes from the earlier export; else empty
  std::int64_t axi_bits = 0;  // of ports, as in backends::ExportOptions
};

// Raises UserError: an unknown layer, a text that is no fold, a target that no folding reaches.
ChosenFolding choose_folding(const FoldTask& task, const FoldOptions& options);

// Lines: cycles and images a second, what limits them, what it takes, what the next step takes.
std::string describe_folding(const FoldTask& task, const ChosenFolding& chosen);

}  // namespace qfx::command
