// The step that looks exponentials up: softmax.
#include "runtime/carver.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_softmax.h"

namespace qfx::runtime {
namespace {

// One pixel at a time: its channels lie together.
class SoftmaxStep : public Step {
 public:
  SoftmaxStep(kernels::IntSoftmax softmax, const TensorLayout& from, const TensorLayout& to,
              std::string kernel)
      : Step(std::move(kernel)), softmax_(std::move(softmax)), from_(from), to_(to) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    const std::int64_t channels = to_.channels;
    auto* x = carver.take<std::int32_t>(channels);
    auto* y = carver.take<std::int32_t>(channels);
    for (std::int64_t first = 0; first < images * to_.elements(); first += channels) {
      kernels::widen(inputs[0] + from_.offset(first), from_.storage, channels, x);
      softmax_(x, y, channels, 1);
      kernels::narrow(y, channels, output + to_.offset(first), to_.storage);
    }
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    Carver carver(nullptr);
    carver.take<std::int32_t>(to_.channels);
    carver.take<std::int32_t>(to_.channels);
    return carver.used();
  }

 private:
  kernels::IntSoftmax softmax_;
  TensorLayout from_, to_;
};

}  // namespace

std::unique_ptr<Step> make_softmax(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const std::vector<std::int32_t>& table = node.params.at(graph::Role::Table).raw;
  return std::make_unique<SoftmaxStep>(
      kernels::IntSoftmax(table, node.format), layout_of(analyzed, node.inputs[0]),
      layout_of(analyzed, id),
      describe(fmt::format("table of {}, quotient", table.size()).c_str(), "int64",
               analyzed.range(id).accumulator_width));
}

}  // namespace qfx::runtime
