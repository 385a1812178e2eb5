// Bit-true integer execution of a frozen model. Nothing here is floating point but preprocessing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "qfx/data/dataset.h"
#include "qfx/graph/analyzed.h"
#include "qfx/graph/graph.h"
#include "qfx/graph/preprocess.h"

namespace qfx::runtime {

// Raw values of one tensor for a batch, row-major {batch, shape...}.
using RawTensor = std::vector<std::int32_t>;

class Engine {
 public:
  // Chooses a kernel and accumulator width for every node by proof. threads = 0: all cores.
  explicit Engine(graph::Analyzed model, int threads = 0);
  // Proves the model first; raises UserError where that fails.
  explicit Engine(graph::FrozenModel model, int threads = 0);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  const graph::Analyzed& analyzed() const;
  const graph::FrozenModel& model() const;

  // input: raw values {batch, input shape...}, inside the input format (else UserError). Output
  // node's raw values.
  RawTensor run(std::span<const std::int32_t> input, std::int64_t batch) const;

  // The raw values of every node, indexed by node id.
  std::vector<RawTensor> run_all(std::span<const std::int32_t> input, std::int64_t batch) const;

  // Cast ops' name, kernel and accumulator width a node, for `inspect`: e.g. "int16 x int16 ->
  // int32, 21 bits".
  std::string kernel_name(graph::NodeId node) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Stored samples as the model's input takes them: graph::preprocess, then an exact cast to the
// input's format.
void quantize_input(const graph::FrozenNode& input, std::span<const float> samples,
                    std::span<std::int32_t> raw);

struct Evaluation {
  std::int64_t images = 0;
  std::int64_t correct = 0;
  double seconds = 0;  // engine time only
  RawTensor outputs;   // {images, output shape...}
};

// Runs a whole set; argmax (first largest) against the label. progress(done, total) may be empty.
Evaluation evaluate(const Engine& engine, const data::Dataset& set,
                    const std::function<void(std::int64_t, std::int64_t)>& progress = {});

}  // namespace qfx::runtime
