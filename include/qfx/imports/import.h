// A file to a model: reader, passes and lowering, and the comparison of both ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "qfx/graph/graph.h"
#include "qfx/imports/float_model.h"
#include "qfx/imports/lower.h"
#include "qfx/imports/passes.h"
#include "qfx/imports/source.h"

namespace qfx::imports {

struct Imported {
  Source source = {};  // plain; its records and remarks say what became of the file
  Lowered lowered = {};
  std::vector<std::string> file_outputs = {};  // all of the file's, in its order
  // The largest difference of the model to the file's network on random samples, relative to the
  // largest value; empty where computing it would take long.
  std::optional<double> difference = {};
  // Of a quantized network: how many of the output's values differ, where both ends round, from the
  // file's, on the same samples.
  std::optional<std::int64_t> differing = {};
  // The network as it came, for who wants to run it; empty where it was made of no file.
  std::optional<Source> original = {};

  const graph::Model& model() const { return lowered.model; }
  graph::Model& model() { return lowered.model; }
};

// `name` becomes the model's. Raises UserError: one sentence. A model that does not compute what
// the file says is InternalError, and nobody gets it.
Imported import_onnx(const std::filesystem::path& path, const ImportOptions& options,
                     const std::string& name);
// The same of a network that is read already.
Imported import_source(Source source, const ImportOptions& options, const std::string& name);

// Outputs as the file has them, of `batch` samples as the file has them: model.run_float between
// the two orders of values. Real numbers before the model's own preprocessing are not asked for:
// samples are what the file's network reads. Of each output the values of all samples. Of a quantized
// network casts are those of its fixed formats.
std::vector<std::vector<double>> run_as_file(const Lowered& lowered,
                                             const std::vector<double>& samples, std::int64_t batch,
                                             Casts casts = Casts::None);

// The network whose quantizers keep to their range and do not round.
Source without_rounding(Source source);

// The outputs of the file's own network for one sample, in double; nothing where it is too large to
// be computed here.
std::optional<std::vector<std::vector<double>>> run_original(const Source& original,
                                                             const std::vector<double>& sample);

// Multiplications a sample.
double work_of(const graph::Model& model);

// "output [10]", or of several their names and shapes.
std::string outputs_text(const graph::Model& model);

// import.txt: one line for each node of the file, what was cut, set and removed.
std::string report_text(const Imported& imported, const std::string& file);

// recipe.toml, to calibrate and to train the model.
struct RecipeFacts {
  std::string file;   // the ONNX file
  std::string graph;  // where the model is saved
  std::string data;   // a source of data; empty: a placeholder
};
std::string recipe_text(const Imported& imported, const RecipeFacts& facts);

}  // namespace qfx::imports
