// Steps that give elements another place: concat, flatten, unsqueeze.
#include <algorithm>

#include "runtime/step.h"

#include "qfx/kernels/int_cast.h"

namespace qfx::runtime {
namespace {

using kernels::IntCast;

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

class RenamedStep : public Step {
 public:
  explicit RenamedStep(std::int64_t elements) : Step("copy"), elements_(elements) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    std::copy_n(inputs[0], images * elements_, output);
  }

 private:
  std::int64_t elements_;
};

}  // namespace

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

std::unique_ptr<Step> make_renamed(const Analyzed& analyzed, graph::NodeId id) {
  return std::make_unique<RenamedStep>(graph::element_count(analyzed.node(id).shape));
}

}  // namespace qfx::runtime
