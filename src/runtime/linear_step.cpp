// linear: the exact product of a block of outputs at a time, finished while it lies in the cache.
#include "runtime/operands.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_linear.h"

namespace qfx::runtime {
namespace {

template <class Sum>
class LinearStep : public Step {
 public:
  LinearStep(kernels::IntLinear<Sum> linear, std::int64_t out, kernels::Storage input,
             Finish<Sum> finish, int width)
      : Step(describe(linear.name(), width)),
        linear_(std::move(linear)),
        out_(out),
        input_(input),
        finish_(std::move(finish)) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    kernels::with_type(input_, [&]<class T>(T) {
      linear_.for_each_block(
          reinterpret_cast<const T*>(inputs[0]), images, scratch,
          [&](std::int64_t first, std::int64_t count, const Sum* sums, std::int64_t stride) {
            for (std::int64_t image = 0; image < images; ++image)
              finish_(sums + image * stride, image * out_ + first, count, inputs + 1, output);
          });
    });
  }

  std::size_t scratch_bytes(std::int64_t images) const override {
    return linear_.scratch_bytes(images);
  }

 private:
  kernels::IntLinear<Sum> linear_;
  std::int64_t out_;
  kernels::Storage input_;
  Finish<Sum> finish_;
};

}  // namespace

std::unique_ptr<Step> make_linear(const Analyzed& analyzed, const Group& group) {
  const graph::NodeId id = group.first();
  const graph::FrozenParam& weight = analyzed.node(id).params.at(graph::Role::Weight);
  const graph::Interval& x = analyzed.source_range(id);
  return by_sums(analyzed, id, [&]<class Sum>() -> std::unique_ptr<Step> {
    return std::make_unique<LinearStep<Sum>>(
        kernels::IntLinear<Sum>(weight.shape[0], weight.shape[1], weight.raw, x.lo, x.hi),
        weight.shape[0], layout_of(analyzed, group.inputs[0]).storage, Finish<Sum>(analyzed, group),
        analyzed.range(id).accumulator_width);
  });
}

}  // namespace qfx::runtime
