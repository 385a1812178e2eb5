// One node made ready to run: its kernel chosen by proof, its parameters in the kernel's layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "qfx/graph/analyzed.h"

namespace qfx::runtime {

class Step {
 public:
  explicit Step(std::string kernel) : kernel_(std::move(kernel)) {}
  virtual ~Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  // inputs[i]: raw values {images, shape of input i}, row-major; output likewise, not overlapping
  // them. scratch: scratch_bytes(images) bytes at a 64-byte boundary.
  virtual void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
                   std::byte* scratch) const = 0;
  virtual std::size_t scratch_bytes(std::int64_t /*images*/) const { return 0; }

  // e.g. "int16 x int16 -> int32, 21 bits"
  const std::string& kernel() const { return kernel_; }

 private:
  std::string kernel_;
};

using graph::Analyzed;

// The step of node `id`; null for the input, which nothing computes.
std::unique_ptr<Step> make_step(const Analyzed& analyzed, graph::NodeId id);

// By family; each in its own file.
std::unique_ptr<Step> make_cast(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_relu(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_batch_norm(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_offset(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_renamed(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_clip(const Analyzed& analyzed, graph::NodeId id,
                                const graph::Clip& clip);
std::unique_ptr<Step> make_prelu(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_add(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_sub(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_mul(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_concat(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_function(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_softmax(const Analyzed& analyzed, graph::NodeId id);
std::unique_ptr<Step> make_pool(const Analyzed& analyzed, graph::NodeId id,
                                const graph::MaxPool2d& pool);
std::unique_ptr<Step> make_pool(const Analyzed& analyzed, graph::NodeId id,
                                const graph::AvgPool2d& pool);
std::unique_ptr<Step> make_pool(const Analyzed& analyzed, graph::NodeId id,
                                const graph::GlobalAvgPool2d& pool);
std::unique_ptr<Step> make_conv(const Analyzed& analyzed, graph::NodeId id,
                                const graph::Conv2d& conv);
std::unique_ptr<Step> make_linear(const Analyzed& analyzed, graph::NodeId id);

}  // namespace qfx::runtime
