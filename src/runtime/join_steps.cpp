// Steps that join tensors: add, sub, mul, concat.
#include "runtime/step.h"
#include "runtime/tile.h"

namespace qfx::runtime {
namespace {

using kernels::IntCast;

// a * a_factor + b * b_factor; sub has a negative factor.
template <class Acc>
class AddStep : public Step {
 public:
  AddStep(const IntCast& cast, std::int64_t a_factor, std::int64_t b_factor, std::int64_t elements,
          std::string kernel)
      : Step(std::move(kernel)),
        cast_(cast),
        a_factor_(static_cast<Acc>(a_factor)),
        b_factor_(static_cast<Acc>(b_factor)),
        elements_(elements) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    cast_tiles<Acc>(cast_, output, images * elements_,
                    [&](std::int64_t first, std::int64_t count, Acc* tile) {
                      kernels::add_scaled(inputs[0] + first, a_factor_, inputs[1] + first,
                                          b_factor_, tile, count);
                    });
  }

 private:
  IntCast cast_;
  Acc a_factor_, b_factor_;
  std::int64_t elements_;
};

template <class Acc>
class MulStep : public Step {
 public:
  MulStep(const IntCast& cast, std::int64_t elements, std::string kernel)
      : Step(std::move(kernel)), cast_(cast), elements_(elements) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    cast_tiles<Acc>(cast_, output, images * elements_,
                    [&](std::int64_t first, std::int64_t count, Acc* tile) {
                      kernels::multiply(inputs[0] + first, inputs[1] + first, tile, count);
                    });
  }

 private:
  IntCast cast_;
  std::int64_t elements_;
};

// Channels lie outermost: an image of the result is the images of the inputs, each cast from its
// own grid.
class ConcatStep : public Step {
 public:
  struct Part {
    IntCast cast;
    std::int64_t elements;
  };

  ConcatStep(std::vector<Part> parts, std::string kernel)
      : Step(std::move(kernel)), parts_(std::move(parts)) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    for (std::int64_t image = 0; image < images; ++image) {
      for (std::size_t i = 0; i < parts_.size(); ++i) {
        const std::int64_t elements = parts_[i].elements;
        parts_[i].cast(inputs[i] + image * elements, output, elements);
        output += elements;
      }
    }
  }

 private:
  std::vector<Part> parts_;
};

std::unique_ptr<Step> make_sum(const Analyzed& analyzed, graph::NodeId id, const char* operation,
                               std::int64_t sign) {
  const int grid = analyzed.range(id).accumulator_frac_bits;
  return make_by_width<AddStep>(analyzed, id, operation,
                                aligned(1, analyzed.source(id, 0).format.frac_bits(), grid),
                                aligned(sign, analyzed.source(id, 1).format.frac_bits(), grid),
                                graph::element_count(analyzed.node(id).shape));
}

}  // namespace

std::unique_ptr<Step> make_add(const Analyzed& analyzed, graph::NodeId id) {
  return make_sum(analyzed, id, "a + b", 1);
}

std::unique_ptr<Step> make_sub(const Analyzed& analyzed, graph::NodeId id) {
  return make_sum(analyzed, id, "a - b", -1);
}

std::unique_ptr<Step> make_mul(const Analyzed& analyzed, graph::NodeId id) {
  return make_by_width<MulStep>(analyzed, id, "a * b",
                                graph::element_count(analyzed.node(id).shape));
}

std::unique_ptr<Step> make_concat(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  std::vector<ConcatStep::Part> parts;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const graph::FrozenNode& source = analyzed.source(id, i);
    const graph::Interval& x = analyzed.source_range(id, i);
    parts.push_back({IntCast(source.format.frac_bits(), node.format, x.lo, x.hi),
                     graph::element_count(source.shape)});
  }
  return std::make_unique<ConcatStep>(std::move(parts),
                                      fmt::format("{} casts", node.inputs.size()));
}

}  // namespace qfx::runtime
