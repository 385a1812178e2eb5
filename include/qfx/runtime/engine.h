// Bit-true integer execution of a frozen model. Nothing here is floating point but preprocessing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "qfx/graph/analyzed.h"
#include "qfx/graph/graph.h"

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

  // input: raw values {batch, input shape...}, inside the input format (else UserError). The raw
  // values that leave the network, {batch, output shape...}; of several outputs one behind the
  // other for each sample, as graph::output_parts says.
  RawTensor run(std::span<const std::int32_t> input, std::int64_t batch) const;

  // The raw values of every node, indexed by node id.
  std::vector<RawTensor> run_all(std::span<const std::int32_t> input, std::int64_t batch) const;

  // The kernel and the accumulator of a node, for `inspect`: "int16 x int16 -> int32, 21 bits".
  std::string kernel_name(graph::NodeId node) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qfx::runtime
