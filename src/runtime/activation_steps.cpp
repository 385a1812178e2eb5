// Steps that treat an element by where it lies: clip, prelu, leaky_relu.
#include "runtime/step.h"
#include "runtime/tile.h"

#include "qfx/graph/clip.h"

namespace qfx::runtime {
namespace {

using kernels::Clipping;
using kernels::IntCast;

template <class Acc>
class ClipStep : public Step {
 public:
  ClipStep(const IntCast& cast, const Clipping<std::int64_t>& clipping, std::int64_t elements,
           std::string kernel)
      : Step(std::move(kernel)),
        cast_(cast),
        clipping_{clipping.below, clipping.above, static_cast<Acc>(clipping.low),
                  static_cast<Acc>(clipping.high), static_cast<Acc>(clipping.factor)},
        elements_(elements) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    cast_tiles<Acc>(cast_, output, images * elements_,
                    [&](std::int64_t first, std::int64_t count, Acc* tile) {
                      kernels::clip(inputs[0] + first, clipping_, tile, count);
                    });
  }

 private:
  IntCast cast_;
  Clipping<Acc> clipping_;
  std::int64_t elements_;
};

// below: of each channel, or one entry for all.
template <class Acc>
class PreluStep : public Step {
 public:
  PreluStep(const IntCast& cast, const std::vector<std::int64_t>& below, std::int64_t above,
            const graph::Shape& shape, std::string kernel)
      : Step(std::move(kernel)),
        cast_(cast),
        below_(below.begin(), below.end()),
        above_(static_cast<Acc>(above)),
        channels_(below.size() == 1 ? 1 : shape[0]),
        inner_(graph::element_count(shape) / channels_) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    const std::int32_t* x = inputs[0];
    if (channels_ == 1) return run_row(x, output, images * inner_, below_[0]);
    for (std::int64_t image = 0; image < images; ++image) {
      if (inner_ == 1) {
        run_vector(x, output);
      } else {
        for (std::int64_t c = 0; c < channels_; ++c)
          run_row(x + c * inner_, output + c * inner_, inner_, below_[c]);
      }
      x += channels_ * inner_;
      output += channels_ * inner_;
    }
  }

 private:
  void run_row(const std::int32_t* x, std::int32_t* output, std::int64_t count, Acc below) const {
    cast_tiles<Acc>(cast_, output, count, [&](std::int64_t first, std::int64_t length, Acc* tile) {
      kernels::slope_below_zero(x + first, below, above_, tile, length);
    });
  }

  void run_vector(const std::int32_t* x, std::int32_t* output) const {
    cast_tiles<Acc>(
        cast_, output, channels_, [&](std::int64_t first, std::int64_t length, Acc* tile) {
          kernels::slope_below_zero(x + first, below_.data() + first, above_, tile, length);
        });
  }

  IntCast cast_;
  std::vector<Acc> below_;
  Acc above_;
  std::int64_t channels_, inner_;
};

// The limits for 32-bit raw values in `x`. Where every value is clipped the same way, one bound
// stands for both.
Clipping<std::int64_t> clipping_of(const graph::ClipLimits& limits, const graph::Interval& x) {
  constexpr std::int64_t kLowest = INT32_MIN, kHighest = INT32_MAX;
  const auto always = [](std::int64_t bound) {
    return Clipping<std::int64_t>{INT32_MAX, INT32_MIN, bound, bound, 0};
  };
  if (x.hi < limits.below) return always(limits.low);
  if (x.lo > limits.above) return always(limits.high);
  return {static_cast<std::int32_t>(std::max(limits.below, kLowest)),
          static_cast<std::int32_t>(std::min(limits.above, kHighest)), limits.low, limits.high,
          kernels::power_of_two<std::int64_t>(limits.places)};
}

}  // namespace

std::unique_ptr<Step> make_clip(const Analyzed& analyzed, graph::NodeId id,
                                const graph::Clip& clip) {
  const graph::ClipLimits limits = graph::clip_limits(clip, analyzed.source(id).format.frac_bits(),
                                                      analyzed.range(id).accumulator_frac_bits);
  return make_by_width<ClipStep>(analyzed, id, "clip x",
                                 clipping_of(limits, analyzed.source_range(id)),
                                 graph::element_count(analyzed.node(id).shape));
}

std::unique_ptr<Step> make_prelu(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const graph::FrozenParam& slope = node.params.at(graph::Role::Slope);
  const int grid = analyzed.range(id).accumulator_frac_bits;
  const int input_frac = analyzed.source(id).format.frac_bits();
  std::vector<std::int64_t> below;
  for (std::int64_t c = 0; c < slope.shape[0]; ++c)
    below.push_back(aligned(slope.raw[c], input_frac + slope.frac_bits(c), grid));
  return make_by_width<PreluStep>(analyzed, id, "x or slope * x", below,
                                  aligned(1, input_frac, grid), node.shape);
}

}  // namespace qfx::runtime
