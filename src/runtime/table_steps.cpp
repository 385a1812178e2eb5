// Steps that look values up: function, softmax.
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/graph/table.h"
#include "qfx/kernels/int_elementwise.h"
#include "qfx/kernels/int_softmax.h"

namespace qfx::runtime {
namespace {

class FunctionStep : public Step {
 public:
  FunctionStep(std::vector<std::int32_t> table, std::int32_t low, std::int64_t elements,
               std::string kernel)
      : Step(std::move(kernel)), table_(std::move(table)), low_(low), elements_(elements) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    kernels::look_up(inputs[0], low_, table_.data(), output, images * elements_);
  }

 private:
  std::vector<std::int32_t> table_;
  std::int32_t low_;  // raw value of entry 0
  std::int64_t elements_;
};

class SoftmaxStep : public Step {
 public:
  SoftmaxStep(kernels::IntSoftmax softmax, std::int64_t channels, std::int64_t inner,
              std::string kernel)
      : Step(std::move(kernel)), softmax_(std::move(softmax)), channels_(channels), inner_(inner) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    const std::int64_t size = channels_ * inner_;
    for (std::int64_t image = 0; image < images; ++image)
      softmax_(inputs[0] + image * size, output + image * size, channels_, inner_);
  }

 private:
  kernels::IntSoftmax softmax_;
  std::int64_t channels_, inner_;
};

}  // namespace

std::unique_ptr<Step> make_function(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const std::vector<std::int32_t>& table = node.params.at(graph::Role::Table).raw;
  return std::make_unique<FunctionStep>(
      table, static_cast<std::int32_t>(fixed::min_raw(analyzed.source(id).format)),
      graph::element_count(node.shape), fmt::format("table of {}", table.size()));
}

std::unique_ptr<Step> make_softmax(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const std::vector<std::int32_t>& table = node.params.at(graph::Role::Table).raw;
  const std::int64_t channels = node.shape[0];
  return std::make_unique<SoftmaxStep>(
      kernels::IntSoftmax(table, node.format), channels,
      graph::element_count(node.shape) / channels,
      describe(fmt::format("table of {}, quotient", table.size()).c_str(), "int64",
               analyzed.range(id).accumulator_width));
}

}  // namespace qfx::runtime
