// The state of a model that is written as ONNX.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "imports/write/onnx_graph.h"

#include "qfx/imports/write_onnx.h"

namespace qfx::imports {

// An exact value before its cast: on the grid 2^-frac_bits, or a quotient on none.
struct Exact {
  std::string name = {};
  Real type = Real::Float;
  int frac_bits = 0;
  bool is_quotient = false;
  bool has_half = false;  // half a step of the cast is in it, which then floors
};

// As ONNX has a sample's shape.
Shape with_batch(const Shape& shape);

class Writer {
 public:
  Writer(const graph::Analyzed& model, const WriteOptions& options);
  std::string run();

 private:
  struct Held {
    std::string name;
    Real type = Real::Float;
  };

  void write(graph::NodeId id);
  // Of each kind the exact value; those that cast nothing place their output themselves. kinds.cpp,
  // sums.cpp and moves.cpp.
  Exact exact(const graph::Input& kind);
  Exact exact(const graph::Cast& kind);
  Exact exact(const graph::Relu& kind);
  Exact exact(const graph::Clip& kind);
  Exact exact(const graph::Abs& kind);
  Exact exact(const graph::Neg& kind);
  Exact exact(const graph::Prelu& kind);
  Exact exact(const graph::LeakyRelu& kind);
  Exact exact(const graph::Offset& kind);
  Exact exact(const graph::Affine& kind);
  Exact exact(const graph::BatchNorm& kind);
  Exact exact(const graph::QuantSign& kind);
  Exact exact(const graph::Add& kind);
  Exact exact(const graph::Sub& kind);
  Exact exact(const graph::Mul& kind);
  Exact exact(const graph::Gate& kind);
  Exact exact(const graph::Maximum& kind);
  Exact exact(const graph::Minimum& kind);
  Exact exact(const graph::Concat& kind);
  Exact exact(const graph::Conv2d& kind);
  Exact exact(const graph::FractionalConv2d& kind);
  Exact exact(const graph::Linear& kind);
  Exact exact(const graph::MaxPool2d& kind);
  Exact exact(const graph::AvgPool2d& kind);
  Exact exact(const graph::GlobalAvgPool2d& kind);
  Exact exact(const graph::Thermometer& kind);
  Exact exact(const graph::Function& kind);
  Exact exact(const graph::Softmax& kind);
  Exact exact(const graph::Flatten& kind);
  Exact exact(const graph::Unsqueeze& kind);
  Exact exact(const graph::Slice& kind);
  Exact exact(const graph::Upsample& kind);
  Exact exact(const graph::ChannelShuffle& kind);
  Exact exact(const graph::DepthToSpace& kind);
  Exact exact(const graph::SpaceToDepth& kind);
  Exact exact(const graph::Permute& kind);
  Exact exact(const graph::Rearrange& kind);

  // ---- of the node that is written ----
  const graph::FrozenNode& node() const { return model_.node(id_); }
  const graph::FrozenNode& source(std::size_t i = 0) const { return model_.source(id_, i); }
  [[noreturn]] void refuse(const std::string& what) const;
  // The type that holds its exact value and all its partial sums.
  Real exact_type(int more_bits = 0) const;
  // For operators that have no double.
  void need_float(Real type, const std::string& op) const;
  std::string x(Real type, std::size_t i = 0);
  // A parameter along the channels of the node's input.
  std::string by_channel(graph::Role role, Real type);
  std::string parameter(graph::Role role, Real type, const Shape& shape, std::size_t axis,
                        double more = 0);
  std::string addend(const std::optional<graph::Role>& role, const Shape& shape, Exact& exact);
  std::string add(const std::string& op, const std::vector<std::string>& inputs,
                  const std::vector<WrittenAttribute>& attributes = {});
  std::string number(Real type, double value) { return graph_.number(type, value); }
  std::string to_type(const std::string& name, Real from, Real to);
  Exact pair(const std::string& op);
  Exact scaled(const graph::Role* offset);
  Exact sloped();
  Exact unary(const std::string& op);
  Exact on_half_steps(const std::string& x);
  Exact moved(const std::string& op, const std::vector<std::string>& inputs,
              const std::vector<WrittenAttribute>& attributes = {});
  Exact transposed(const Shape& apart, const std::vector<std::int64_t>& order);
  Exact gathered(const graph::View& view);
  bool is_clear_of_ties(std::int64_t count, int width) const;
  std::optional<Exact> single_mean(std::int64_t count);
  std::optional<Exact> mean_by_conv(const graph::Window& window);
  Exact quotient(const std::string& sum, const std::string& count, std::int64_t largest);
  std::string convolved(const std::string& x, const std::string& weight,
                        const graph::Window& window, const std::string& bias = "");
  void no_accumulator(const std::optional<fixed::Format>& accumulator) const;

  // ---- the cast (assign.cpp) ----
  void assign(Exact exact);
  bool has_quant() const;
  bool by_quant(const Exact& exact);
  std::string rounded(const Exact& exact, std::string u);
  std::string kept_inside(const std::string& q, Real type);
  std::string quant(const std::string& value, const std::string& scale, const fixed::Format& format,
                    const std::string& rounding, const std::string& like);
  void place(const std::string& name, Real type) { values_[id_] = {name, type}; }

  const graph::Analyzed& model_;
  WriteOptions options_;
  OnnxGraph graph_;
  graph::NodeId id_ = 0;
  std::vector<Held> values_;
  std::map<std::pair<graph::NodeId, Real>, std::string> cast_;
};

// Bits of a float and a double that are left for a value beside its sign, less one that a half adds.
inline constexpr int kFloatBits = 24;
inline constexpr int kDoubleBits = 52;

}  // namespace qfx::imports
