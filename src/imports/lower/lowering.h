// The state of a lowering, and what its parts share.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "imports/lower/formats.h"
#include "imports/lower/names.h"
#include "imports/lower/reduced.h"
#include "imports/lower/spot.h"
#include "imports/operators/call.h"
#include "imports/passes/edit.h"

#include "qfx/graph/builder.h"
#include "qfx/imports/lower.h"

namespace qfx::imports {

struct Means;  // interpolated.cpp

class Lowering {
 public:
  Lowering(const Source& source, const std::string& model_name);
  Lowered run();

 private:
  // ---- by operator; each says where the node's output lies, or raises NodeFault ----
  void lower_node(const Node& node);
  bool lower_by_name(const Node& node);
  void arrange(const Node& node);        // arrange.cpp
  void concat(const Node& node);         // joined.cpp
  void pad(const Node& node);            // joined.cpp
  void resize(const Node& node);         // interpolated.cpp
  void conv(const Node& node);           // products.cpp
  void conv_transpose(const Node& node);  // transposed.cpp
  void product(const Node& node);        // products.cpp
  void pool(const Node& node);           // pools.cpp
  void global_pool(const Node& node);    // pools.cpp
  void reduce(const Node& node);         // reduced.cpp
  void softmax(const Node& node);        // pools.cpp
  void unary(const Node& node);          // elementwise.cpp
  void clip(const Node& node);           // elementwise.cpp
  void binary(const Node& node);         // elementwise.cpp
  void with_constant(const Node& node);  // elementwise.cpp
  bool gate(const Node& node);           // gate.cpp
  std::optional<Spot> repeated_along_channels(const Spot& one, const Spot& image);  // gate.cpp
  std::optional<Spot> repeated(const Spot& one, const Spot& other, const Shape& shape);  // gate.cpp
  void prelu(const Node& node);          // elementwise.cpp
  void batch_norm(const Node& node);     // elementwise.cpp
  void quantize(const Node& node);       // quantized.cpp

  // ---- the model so far ----
  graph::NodeId append(graph::Op op, std::vector<graph::NodeId> inputs);
  void set(graph::NodeId id, graph::Role role, const std::vector<double>& values);
  const Spot& spot(const std::string& value) const;
  const Spot& input_of(const Node& node) const { return spot(node.inputs.at(0)); }
  Spot compact_input(const Node& node) { return compact(input_of(node)); }
  void place(const std::string& value, Spot spot) { spots_[value] = std::move(spot); }
  // The output lies where the input does, in another node of the same shape.
  void place_like(const Node& node, const Spot& like, graph::NodeId id);
  const Tensor* known(const std::string& value) const { return constant(source_, value); }
  Call call_of(const Node& node);

  // ---- other arrangements (arrange.cpp) ----
  graph::NodeId flattened(const Spot& spot);
  // An image [C, H, W], its channels those of the value by the second.
  std::pair<Spot, std::vector<std::int64_t>> image(const Spot& spot);
  // The same value as a node of its own whose elements have moved, if there is a kind that moves
  // them so.
  std::optional<Spot> moved(const Spot& spot);
  // The same value, in order; where no kind moves its elements so, they are picked by products with
  // zeros and ones.
  Spot in_order(const Spot& spot);
  // A value that leaves out some of what its node holds as a node without them, where one can be:
  // what follows computes no more than is wanted.
  Spot compact(const Spot& spot);
  std::optional<Spot> joined(const std::vector<Spot>& parts, std::size_t axis);  // joined.cpp
  void arrange_input();
  void arrange_outputs();
  void arrange_output(const std::string& name);
  graph::NodeId dense(const Spot& x, const Tensor& weight, const Tensor* bias, const Shape& shape,
                      const std::string& output, const std::string& name = "");
  bool is_bipolar(const std::string& constant, const std::vector<double>& values) const;

  // ---- several elements as one ----
  graph::NodeId means(graph::NodeId from, const Shape& in,
                      const std::array<Means, 2>& axes);  // interpolated.cpp
  // By `op`, ReduceMax, ReduceMean or ReduceSum (reduced.cpp).
  graph::NodeId reduced_windows(const std::string& op, graph::NodeId from,
                                const graph::Pair& window);
  graph::NodeId reduced_channels(const std::string& op, graph::NodeId from,
                                 const std::vector<Group>& sets);
  graph::NodeId largest_channels(graph::NodeId from, const std::vector<Group>& sets);

  // ---- quantized networks (quantized.cpp) ----
  bool is_alone(const std::string& value) const;
  bool leads_to_quant(std::string value) const;
  bool fold_into_input(const Node& node, const Spot& x, const std::vector<double>& values);
  graph::NodeId table_input(const Spot& x);
  // The grid of a constant of the source is that of a parameter: order[o] is the model's channel of
  // the constant's place o along the axis.
  void set_grid(graph::NodeId id, graph::Role role, const std::string& constant, std::size_t axis,
                const std::vector<std::int64_t>& order);
  void settle();

  struct Values {
    graph::NodeId node;
    graph::Role role;
    std::vector<float> values;
  };
  struct Statistics {
    graph::NodeId node;
    std::map<graph::Statistic, std::vector<float>> values;
  };

  const Source& source_;
  Links links_;
  graph::Builder builder_;
  Names names_;
  std::map<std::string, Spot> spots_;
  std::map<graph::NodeId, graph::NodeId> flat_, image_;
  std::vector<std::pair<Spot, Spot>> moved_;  // values and what they became
  std::vector<Values> values_;
  std::vector<Statistics> statistics_;
  KnownFormats formats_;
  std::vector<graph::Op> ops_;  // by node of the model
  std::vector<std::vector<int>> origins_;  // by node of the model
  std::set<std::string> done_;             // values that were lowered with the node before
  const Node* current_ = nullptr;
  std::vector<const Tensor*> call_inputs_;
  std::map<std::string, Tensor> unknown_;
  Lowered result_;
};

// As the model's single precision; raises NodeFault for what it cannot hold.
std::vector<float> to_floats(const std::vector<double>& values);

}  // namespace qfx::imports
