// One pass through a network in fixed point, node by node. Sums and means stand in fixed_sums.cpp,
// all else in fixed_forward.cpp.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "train/network/fixed_forward.h"
#include "train/network/readers.h"
#include "train/ops/chain.h"
#include "train/ops/move.h"

#include "qfx/steps/exactness.h"
#include "qfx/steps/product.h"

namespace qfx::train {

class FixedPass {
 public:
  // traces: someone asks for the values in between.
  FixedPass(Network& network, const FixedMode& mode, at::Device device, bool traces);

  at::Tensor run(const at::Tensor& input, std::vector<at::Tensor>* trace);

  // For who goes through the nodes himself, in order, and traces: the values of one, computed from
  // those before it, anew at each call. `input`: the samples, which node 0 takes.
  const at::Tensor& compute(Layer& layer, const at::Tensor& input);
  const at::Tensor& values(graph::NodeId id) { return chains_[id].value(); }
  // Once a node is done: lets go of what nobody reads any more.
  void release(graph::NodeId id) { readers_.release(network_, id, chains_); }

 private:
  // Of the node at hand, as far as it goes without a value being asked for.
  ElementChain evaluate(Layer& layer, const at::Tensor& input);
  using Grid = steps::Grid;
  using Carrier = steps::Carrier;

  const at::Tensor& x(int index = 0) { return chains_[node_->inputs[index]].value(); }
  // The input's pending work, to go on with. A value that others read too is finished first.
  ElementChain chain(int index = 0);
  // Where the values of input `index` lie; nothing for a tensor left in floating point.
  const std::optional<Grid>& grid(int index) const { return grids_[node_->inputs[index]]; }
  std::optional<Grid> output_grid() const;
  Carrier at_least_network(Carrier carrier) const;

  steps::AssignmentPtr output() { return layer_->output.assignment(mode_.count); }
  ElementChain assign(ElementChain value);
  ElementChain assign(const at::Tensor& value) { return assign(pending(value)); }
  ElementChain pending(const at::Tensor& value) const { return ElementChain(value, value_road_); }
  // A parameter is cast and proved on the processor, and used where the values lie.
  at::Tensor on_device(const at::Tensor& parameter) const { return parameter.to(device_); }

  // ---- sums: fixed_sums.cpp
  ElementChain value(const graph::Conv2d& conv);
  ElementChain value(const graph::FractionalConv2d& conv);
  ElementChain value(const graph::Linear& linear);
  ElementChain value(const graph::AvgPool2d& pool);
  ElementChain value(const graph::GlobalAvgPool2d& pool);

  // What is known of a product's sums before they are computed.
  struct Product {
    at::Tensor weight;        // cast
    std::vector<Grid> grids;  // one per output, or none where a tensor is left in floating point
    Carrier carrier = Carrier::Float32;
    std::optional<steps::IntegerOperands> integers;
  };
  Product product();
  // Sums without a bias; where a format that is given holds them all, there is nothing to cast.
  ElementChain assign_sums(const at::Tensor& sums, const std::vector<Grid>& grids);
  template <class Sum>
  ElementChain product_value(const Sum& sum_of);
  template <class Rounded, class Exact>
  ElementChain accumulated_value(const fixed::Format& accumulator, const Rounded& rounded,
                                 const Exact& exact);
  // The sums of a node with an accumulator; null where it has none or a tensor is left in floating
  // point.
  const fixed::Format* accumulator() const;
  // One grid per channel, or none where a tensor is left in floating point; they become those of
  // the sums with the offset.
  ElementChain add_offset(ElementChain sums, Parameter& offset, std::vector<Grid>& grids);
  void note_carrier(Carrier carrier, const std::vector<Grid>& grids);

  // ---- all else
  ElementChain value(const graph::Input&);
  ElementChain value(const graph::Cast&) { return assign(chain()); }
  ElementChain value(const graph::BatchNorm& norm);
  ElementChain partly_float_value();
  ElementChain value(const graph::Affine& affine);
  ElementChain value(const graph::QuantSign& levels);
  ElementChain value(const graph::Thermometer& thermometer);
  ElementChain value(const graph::Relu&);
  ElementChain value(const graph::Clip& clip);
  ElementChain value(const graph::Prelu&);
  ElementChain value(const graph::LeakyRelu&);
  ElementChain prelu_value(const at::Tensor& real_slope);
  ElementChain value(const graph::Offset&);
  ElementChain value(const graph::MaxPool2d& pool);
  ElementChain value(const graph::Add&);
  ElementChain value(const graph::Sub&);
  ElementChain value(const graph::Mul&);
  ElementChain value(const graph::Gate&);
  ElementChain value(const graph::Maximum&) { return exact_in_float({x(0), x(1)}); }
  ElementChain value(const graph::Minimum&) { return exact_in_float({x(0), x(1)}); }
  ElementChain value(const graph::Abs&) { return exact_in_float({x()}); }
  ElementChain value(const graph::Neg&) { return exact_in_float({x()}); }
  ElementChain value(const graph::Concat&);
  ElementChain value(const graph::Flatten&) { return pending(at::flatten(x(), 1)); }
  ElementChain value(const graph::Unsqueeze&);
  template <graph::IsMove Kind>
  ElementChain value(const Kind& kind) {
    return pending(moved(x(), kind.view(network_.node(node_->inputs[0]).shape)));
  }
  ElementChain value(const graph::Function&);
  ElementChain value(const graph::Softmax&);

  // One of the inputs or its negative: every type that carries the inputs carries it, and torch's
  // function has torch's gradient.
  ElementChain exact_in_float(const std::vector<at::Tensor>& inputs);
  // Of two inputs the one whose chain goes on; the other becomes a tensor, its side.
  int longer_chain() const;
  // The chain of input `index` goes on with the other input as its side, in the type where the
  // result is exact.
  template <class Stage>
  ElementChain join(Stage stage, int index, const Grid& result_grid,
                    at::Tensor (*of_side)(const at::Tensor&) = nullptr);
  template <class TableCast>
  ElementChain table_value(const TableCast& table_cast);

  Network& network_;
  const FixedMode& mode_;
  at::Device device_;  // where the values lie; parameters stay on the processor
  Road value_road_;    // of the values; mode_.road is the parameters'
  bool fuses_;
  Readers readers_;
  std::vector<std::optional<Grid>> grids_;  // by node: where its values lie
  std::vector<ElementChain> chains_;        // by node
  // The moments are there once the layer's chain has run.
  std::vector<std::pair<Layer*, std::shared_ptr<const steps::Moments>>> measured_;
  // Of the node at hand:
  Layer* layer_ = nullptr;
  const graph::Node* node_ = nullptr;
  std::vector<Grid> sums_;  // where it has parameters: where its exact results lie, per channel
};

}  // namespace qfx::train
