// linear: the exact product of a block of outputs at a time, cast while it lies in the cache.
#include "runtime/operands.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_linear.h"

namespace qfx::runtime {
namespace {

template <class Sum, class Acc>
class LinearStep : public Step {
 public:
  LinearStep(kernels::IntLinear<Sum> linear, std::int64_t out, Finish<Sum, Acc> finish, int width)
      : Step(describe(linear.name(), width)),
        linear_(std::move(linear)),
        out_(out),
        finish_(std::move(finish)) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    Acc* exact = carver.take<Acc>(out_);
    std::byte* rest = carver.take<std::byte>(0);
    linear_.for_each_block(
        inputs[0], images, rest,
        [&](std::int64_t first, std::int64_t count, const Sum* sums, std::int64_t stride) {
          for (std::int64_t image = 0; image < images; ++image)
            finish_.across(first, sums + image * stride, count, exact,
                           output + image * out_ + first);
        });
  }

  std::size_t scratch_bytes(std::int64_t images) const override {
    Carver carver(nullptr);
    carver.take<Acc>(out_);
    return carver.used() + linear_.scratch_bytes(images);
  }

 private:
  kernels::IntLinear<Sum> linear_;
  std::int64_t out_;
  Finish<Sum, Acc> finish_;
};

}  // namespace

std::unique_ptr<Step> make_linear(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenParam& weight = analyzed.node(id).params.at(graph::Role::Weight);
  const graph::Interval& x = analyzed.source_range(id);
  return by_sums(analyzed, id, [&]<class Sum, class Acc>() -> std::unique_ptr<Step> {
    return std::make_unique<LinearStep<Sum, Acc>>(
        kernels::IntLinear<Sum>(weight.shape[0], weight.shape[1], weight.raw, x.lo, x.hi),
        weight.shape[0],
        Finish<Sum, Acc>(align_channels(analyzed, id), accumulator_cast(analyzed, id)),
        analyzed.range(id).accumulator_width);
  });
}

}  // namespace qfx::runtime
