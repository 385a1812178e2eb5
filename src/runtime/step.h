// What runs between two tensors in memory, made ready: its kernel chosen by proof, its parameters
// in the kernel's layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/group.h"
#include "runtime/tensor.h"

#include "qfx/graph/analyzed.h"

namespace qfx::runtime {

class Step {
 public:
  explicit Step(std::string kernel) : kernel_(std::move(kernel)) {}
  virtual ~Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  // inputs[i]: the tensor of the group's input i, as layout_of() says; output likewise, not
  // overlapping them. scratch: scratch_bytes(images) bytes at a 64-byte boundary.
  virtual void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
                   std::byte* scratch) const = 0;
  virtual std::size_t scratch_bytes(std::int64_t /*images*/) const { return 0; }

  // e.g. "int16 x int16 -> int32, 21 bits"
  const std::string& kernel() const { return kernel_; }

 private:
  std::string kernel_;
};

using graph::Analyzed;

// The step of a group's nodes, which is_alias() is true of none of.
std::unique_ptr<Step> make_step(const Analyzed& analyzed, const Group& group);

// By family; each in its own file.
std::unique_ptr<Step> make_elements(const Analyzed& analyzed, const Group& group);
std::unique_ptr<Step> make_flatten(const Analyzed& analyzed, graph::NodeId id);
// Of a node whose form is a Move.
std::unique_ptr<Step> make_move(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_concat(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_softmax(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_pool(const Analyzed& analyzed, const Group& group,
                                const graph::MaxPool2d& pool);
std::unique_ptr<Step> make_pool(const Analyzed& analyzed, const Group& group,
                                const graph::AvgPool2d& pool);
std::unique_ptr<Step> make_pool(const Analyzed& analyzed, const Group& group,
                                const graph::GlobalAvgPool2d& pool);
std::unique_ptr<Step> make_conv(const Analyzed& analyzed, const Group& group,
                                const graph::Conv2d& conv);
std::unique_ptr<Step> make_linear(const Analyzed& analyzed, const Group& group);
std::unique_ptr<Step> make_levels(const Analyzed& analyzed, graph::NodeId id,
                                  const graph::QuantSign& op);
std::unique_ptr<Step> make_levels(const Analyzed& analyzed, graph::NodeId id,
                                  const graph::Thermometer& op);
// Of a node that counts_bits() is true of, which it is of every fractional_conv2d.
std::unique_ptr<Step> make_binary_conv(const Analyzed& analyzed, const Group& group,
                                       const graph::Conv2d& conv);
std::unique_ptr<Step> make_binary_linear(const Analyzed& analyzed, const Group& group);
// Of a group that looks_up().
std::unique_ptr<Step> make_look_up_conv(const Analyzed& analyzed, const Group& group,
                                        const graph::Conv2d& conv);
std::unique_ptr<Step> make_fractional_conv(const Analyzed& analyzed, const Group& group,
                                           const graph::FractionalConv2d& conv);
// Of a node that accumulator_of() has a format for.
std::unique_ptr<Step> make_rounded_sum(const Analyzed& analyzed, graph::NodeId id);

}  // namespace qfx::runtime
