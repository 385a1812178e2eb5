// The tuned kernels of the kinds that compute an element from those at the same place, and cast,
// which needs none.
#include <algorithm>

#include "runtime/element_step.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/base/error.h"
#include "qfx/graph/clip.h"
#include "qfx/kernels/int_elementwise.h"

namespace qfx::runtime {
namespace {

using kernels::Clipping;
using kernels::IntCast;

// Values are in memory as they are cast: no tile.
class CastStep : public Step {
 public:
  CastStep(IntCast cast, std::int64_t elements, std::string kernel)
      : Step(std::move(kernel)), cast_(cast), elements_(elements) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    cast_(inputs[0], output, images * elements_);
  }

 private:
  IntCast cast_;
  std::int64_t elements_;
};

std::string path_name(IntCast::Path path, int width) {
  switch (path) {
    case IntCast::Path::Copy:
      return "copy";
    case IntCast::Path::Narrow:
      return fmt::format("int32, {} bits", width);
    case IntCast::Path::Wide:
      return fmt::format("int64, {} bits", width);
    case IntCast::Path::Exact:
      return fmt::format("scalar, {} bits", width);
  }
  internal_error("unknown cast path {}", static_cast<int>(path));
}

template <class Acc>
std::vector<Acc> converted(const std::vector<std::int64_t>& values) {
  return {values.begin(), values.end()};
}

// factor[c] * x + term[c]
std::unique_ptr<Step> make_affine(const Analyzed& analyzed, graph::NodeId id, const char* operation,
                                  const Affine& affine) {
  return make_by_width(analyzed, id, analyzed.node(id).shape[0], operation, [&]<class Acc>() {
    return [factor = converted<Acc>(affine.factor), term = converted<Acc>(affine.term)](
               const Stretch& at, Acc* tile) {
      const Acc *f = factor.data() + at.channel, *t = term.data() + at.channel;
      if (at.across) return kernels::multiply_add(at.x(0), f, t, tile, at.count);
      kernels::multiply_add(at.x(0), *f, *t, tile, at.count);
    };
  });
}

// a * a_factor + b * b_factor; sub has a negative factor.
std::unique_ptr<Step> make_sum(const Analyzed& analyzed, graph::NodeId id, const char* operation,
                               std::int64_t sign) {
  const int grid = analyzed.range(id).accumulator_frac_bits;
  const std::int64_t a_factor = aligned(1, analyzed.source(id, 0).format.frac_bits(), grid);
  const std::int64_t b_factor = aligned(sign, analyzed.source(id, 1).format.frac_bits(), grid);
  return make_by_width(analyzed, id, 1, operation, [&]<class Acc>() {
    return [a = static_cast<Acc>(a_factor), b = static_cast<Acc>(b_factor)](const Stretch& at,
                                                                            Acc* tile) {
      kernels::add_scaled(at.x(0), a, at.x(1), b, tile, at.count);
    };
  });
}

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

std::unique_ptr<Step> make_cast(const Analyzed& analyzed, graph::NodeId id) {
  const IntCast cast = accumulator_cast(analyzed, id);
  return std::make_unique<CastStep>(cast, graph::element_count(analyzed.node(id).shape),
                                    path_name(cast.path(), analyzed.range(id).accumulator_width));
}

std::unique_ptr<Step> make_relu(const Analyzed& analyzed, graph::NodeId id) {
  const IntCast cast = accumulator_cast(analyzed, id);
  return make_element_step<std::int32_t>(
      analyzed, id, 1,
      [](const Stretch& at, std::int32_t* tile) { kernels::relu(at.x(0), tile, at.count); },
      path_name(cast.path(), analyzed.range(id).accumulator_width));
}

std::unique_ptr<Step> make_batch_norm(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const graph::FrozenParam& scale = node.params.at(graph::Role::Scale);
  const graph::FrozenParam& offset = node.params.at(graph::Role::Offset);
  const int grid = analyzed.range(id).accumulator_frac_bits;
  const int input_frac = analyzed.source(id).format.frac_bits();
  Affine affine;
  for (std::int64_t c = 0; c < node.shape[0]; ++c) {
    affine.factor.push_back(aligned(scale.raw[c], input_frac + scale.frac_bits(c), grid));
    affine.term.push_back(aligned(offset.raw[c], offset.frac_bits(c), grid));
  }
  return make_affine(analyzed, id, "scale * x + offset", affine);
}

std::unique_ptr<Step> make_offset(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const graph::FrozenParam& offset = node.params.at(graph::Role::Offset);
  const int grid = analyzed.range(id).accumulator_frac_bits;
  Affine affine;
  affine.factor.assign(static_cast<std::size_t>(node.shape[0]),
                       aligned(1, analyzed.source(id).format.frac_bits(), grid));
  for (std::int64_t c = 0; c < node.shape[0]; ++c)
    affine.term.push_back(aligned(offset.raw[c], offset.frac_bits(c), grid));
  return make_affine(analyzed, id, "x + offset", affine);
}

std::unique_ptr<Step> make_clip(const Analyzed& analyzed, graph::NodeId id,
                                const graph::Clip& clip) {
  const graph::ClipLimits limits = graph::clip_limits(clip, analyzed.source(id).format.frac_bits(),
                                                      analyzed.range(id).accumulator_frac_bits);
  const Clipping<std::int64_t> c = clipping_of(limits, analyzed.source_range(id));
  return make_by_width(analyzed, id, 1, "clip x", [&]<class Acc>() {
    const Clipping<Acc> clipping{c.below, c.above, static_cast<Acc>(c.low),
                                 static_cast<Acc>(c.high), static_cast<Acc>(c.factor)};
    return [clipping](const Stretch& at, Acc* tile) {
      kernels::clip(at.x(0), clipping, tile, at.count);
    };
  });
}

std::unique_ptr<Step> make_prelu(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenParam& slope = analyzed.node(id).params.at(graph::Role::Slope);
  const int grid = analyzed.range(id).accumulator_frac_bits;
  const int input_frac = analyzed.source(id).format.frac_bits();
  std::vector<std::int64_t> negative;
  for (std::int64_t c = 0; c < slope.shape[0]; ++c)
    negative.push_back(aligned(slope.raw[c], input_frac + slope.frac_bits(c), grid));
  const std::int64_t positive = aligned(1, input_frac, grid);
  return make_by_width(analyzed, id, slope.shape[0], "x or slope * x", [&]<class Acc>() {
    return [below = converted<Acc>(negative), above = static_cast<Acc>(positive)](const Stretch& at,
                                                                                  Acc* tile) {
      const Acc* b = below.data() + at.channel;
      if (at.across) return kernels::slope_below_zero(at.x(0), b, above, tile, at.count);
      kernels::slope_below_zero(at.x(0), *b, above, tile, at.count);
    };
  });
}

std::unique_ptr<Step> make_add(const Analyzed& analyzed, graph::NodeId id) {
  return make_sum(analyzed, id, "a + b", 1);
}

std::unique_ptr<Step> make_sub(const Analyzed& analyzed, graph::NodeId id) {
  return make_sum(analyzed, id, "a - b", -1);
}

std::unique_ptr<Step> make_mul(const Analyzed& analyzed, graph::NodeId id) {
  return make_by_width(analyzed, id, 1, "a * b", []<class Acc>() {
    return
        [](const Stretch& at, Acc* tile) { kernels::multiply(at.x(0), at.x(1), tile, at.count); };
  });
}

}  // namespace qfx::runtime
