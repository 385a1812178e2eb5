// One graph, two states. Model is trainable: float parameters and a quantization spec on every
// tensor. FrozenModel is what runs: a Format on every tensor, integer parameters, nothing float.
//
// Both share the node list: topological order, one tensor made by a node, node 0 the only input.
// What leaves the network are the values of `outputs` (outputs.h); those may be read by other nodes
// too. A tensor is named after what makes it: an activation like its node ("conv1"), a parameter
// like "conv1.weight", "bn1.scale".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "qfx/graph/op.h"
#include "qfx/graph/role.h"
#include "qfx/graph/spec.h"
#include "qfx/graph/task.h"

namespace qfx::graph {

using NodeId = int;

// ---- trainable -------------------------------------------------------------------------------

// A parameter under training. `frac_bits` is the real-valued binary point, one entry or one
// per channel; empty until calibrated.
struct Param {
  Shape shape;
  std::vector<float> values;  // row-major; empty where it is derived (derives_params)
  QuantSpec spec;
  std::vector<float> frac_bits;
  bool operator==(const Param&) const = default;
};

struct Node {
  std::string name;
  Op op;
  std::vector<NodeId> inputs;
  Shape shape;                   // of the output
  QuantSpec spec;                // of the output; a copy where the input's is kept
  std::vector<float> frac_bits;  // of the output, one entry; empty until calibrated
  ByRole<Param> params;          // without a table, which freezing makes
  std::map<Statistic, std::vector<float>> statistics;  // batch_norm only
  bool operator==(const Node&) const = default;
};

struct Model {
  std::string name = "model";
  std::vector<Node> nodes;
  Task task = {};
  std::vector<NodeId> outputs = {};  // in their order; empty: the last node alone
  bool operator==(const Model&) const = default;
};

// ---- frozen ----------------------------------------------------------------------------------

// Integer parameter. The real value of element i is raw[i] * 2^-F, F = frac_bits(channel of i).
struct FrozenParam {
  Shape shape;
  std::vector<std::int32_t> raw;  // row-major
  fixed::Format format;           // per channel: channel 0's
  // Empty: format.frac_bits() throughout; else one per channel (axis 0).
  std::vector<int> channel_frac_bits;
  int k_hot = 0;
  bool signed_digits = false;
  bool operator==(const FrozenParam&) const = default;

  int frac_bits(std::int64_t channel) const {
    return channel_frac_bits.empty() ? format.frac_bits() : channel_frac_bits[channel];
  }
  int max_frac_bits() const;
  fixed::Format channel_format(std::int64_t channel) const;
};

struct FrozenNode {
  std::string name;
  Op op;
  std::vector<NodeId> inputs;
  Shape shape;
  fixed::Format format;  // of the output
  ByRole<FrozenParam> params;
  bool operator==(const FrozenNode&) const = default;
};

struct FrozenModel {
  std::string name = "model";
  std::vector<FrozenNode> nodes;
  Task task = {};
  std::vector<NodeId> outputs = {};  // in their order; empty: the last node alone
  bool operator==(const FrozenModel&) const = default;

  const FrozenNode& input() const { return nodes.front(); }
};

// Activations and parameters live in 32-bit integers: W at most 32 signed, 31 unsigned.
inline constexpr int kMaxSignedWidth = 32;
inline constexpr int kMaxUnsignedWidth = 31;
// Exact sums live in 64-bit integers.
inline constexpr int kMaxAccumulatorWidth = 63;

}  // namespace qfx::graph
