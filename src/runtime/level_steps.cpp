// quant_sign and thermometer: comparisons with integer thresholds.
#include <algorithm>

#include "runtime/levels.h"
#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/bit_planes.h"

namespace qfx::runtime {
namespace {

// Packer: of an image.
template <class Packer>
class LevelStep : public Step {
 public:
  LevelStep(const Analyzed& analyzed, graph::NodeId id, Packer packer,
            const std::string& thresholds)
      : Step(fmt::format("{}, {}", thresholds, is_packed(analyzed, id) ? "packed" : "int8")),
        from_(layout_of(analyzed, analyzed.node(id).inputs[0])),
        to_(layout_of(analyzed, id)),
        packer_(std::move(packer)) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte*) const override {
    kernels::with_type(from_.storage, [&]<class T>(T) {
      const auto* x = reinterpret_cast<const T*>(inputs[0]);
      for (std::int64_t image = 0; image < images; ++image, x += from_.elements()) {
        std::byte* y = output + image * to_.bytes();
        if (to_.planes > 0)
          packer_.pack(x, reinterpret_cast<std::uint16_t*>(y));
        else
          packer_.values(x, reinterpret_cast<std::int8_t*>(y));
      }
    });
  }

 private:
  TensorLayout from_, to_;
  Packer packer_;
};

// Levels of levels in bit planes, which are odd integers: the largest or the smallest one, by the
// sign, which the upper plane is.
class SignStep : public Step {
 public:
  SignStep(const Analyzed& analyzed, graph::NodeId id, const graph::QuantSign& op)
      : Step(fmt::format("signs, {}", is_packed(analyzed, id) ? "packed" : "int8")),
        from_(layout_of(analyzed, analyzed.node(id).inputs[0])),
        to_(layout_of(analyzed, id)),
        planes_{static_cast<int>(op.bits), to_.channels, to_.pixels} {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    const std::int64_t size = planes_.plane_size();
    const auto* x = reinterpret_cast<const std::uint16_t*>(inputs[0]);
    for (std::int64_t image = 0; image < images; ++image) {
      std::byte* y = output + image * to_.bytes();
      auto* words = reinterpret_cast<std::uint16_t*>(to_.planes > 0 ? y : scratch);
      const std::uint16_t* upper =
          x + image * from_.bit_planes().size() + (from_.planes - 1) * size;
      for (int k = 0; k < planes_.planes; ++k) std::copy_n(upper, size, words + k * size);
      if (to_.planes == 0) kernels::unpack(planes_, words, reinterpret_cast<std::int8_t*>(y));
    }
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    return static_cast<std::size_t>(to_.planes > 0 ? 0 : planes_.size() * 2);
  }

 private:
  TensorLayout from_, to_;
  kernels::BitPlanes planes_;
};

}  // namespace

std::unique_ptr<Step> make_levels(const Analyzed& analyzed, graph::NodeId id,
                                  const graph::QuantSign& op) {
  if (is_packed(analyzed, analyzed.node(id).inputs[0]))
    return std::make_unique<SignStep>(analyzed, id, op);
  const graph::Interval& x = analyzed.source_range(id);
  const TensorLayout to = layout_of(analyzed, id);
  const kernels::BitPlanes planes{static_cast<int>(op.bits), to.channels, to.pixels};
  kernels::LevelPacker packer(planes, level_thresholds(op, analyzed.source(id).format.frac_bits()),
                              x.lo, x.hi);
  return std::make_unique<LevelStep<kernels::LevelPacker>>(
      analyzed, id, std::move(packer),
      op.bits == 1 ? "1 threshold" : fmt::format("{} thresholds", op.largest()));
}

std::unique_ptr<Step> make_levels(const Analyzed& analyzed, graph::NodeId id,
                                  const graph::Thermometer& op) {
  const graph::Interval& x = analyzed.source_range(id);
  const std::vector<std::int32_t>& raw = analyzed.node(id).params.at(graph::Role::Threshold).raw;
  kernels::SpreadPacker packer(layout_of(analyzed, id).pixels, op.levels, {raw.begin(), raw.end()},
                               x.lo, x.hi);
  return std::make_unique<LevelStep<kernels::SpreadPacker>>(
      analyzed, id, std::move(packer), fmt::format("{} thresholds a channel", op.levels));
}

}  // namespace qfx::runtime
