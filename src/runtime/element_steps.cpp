// Steps that see one element of one tensor at a time: cast, relu, batch_norm, shift, and the kinds
// that keep their input's format. Those with two sides are in activation_steps.cpp.
#include <algorithm>

#include "runtime/proof.h"
#include "runtime/step.h"
#include "runtime/tile.h"

#include "qfx/base/error.h"

namespace qfx::runtime {
namespace {

using kernels::IntCast;

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

class ReluStep : public Step {
 public:
  ReluStep(IntCast cast, std::int64_t elements, std::string kernel)
      : Step(std::move(kernel)), cast_(cast), elements_(elements) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    std::int32_t tile[kTile];
    for (std::int64_t i = 0; i < images * elements_; i += kTile) {
      const std::int64_t length = std::min(kTile, images * elements_ - i);
      kernels::relu(inputs[0] + i, tile, length);
      cast_(tile, output + i, length);
    }
  }

 private:
  IntCast cast_;
  std::int64_t elements_;
};

// factor[c] * x + term[c]. Acc holds the exact value: int32_t or int64_t.
template <class Acc>
class AffineStep : public Step {
 public:
  AffineStep(IntCast cast, const Affine& affine, std::int64_t inner, std::string kernel)
      : Step(std::move(kernel)),
        cast_(cast),
        factor_(affine.factor.begin(), affine.factor.end()),
        term_(affine.term.begin(), affine.term.end()),
        inner_(inner) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    const auto channels = static_cast<std::int64_t>(factor_.size());
    const std::int32_t* x = inputs[0];
    if (inner_ == 1) {
      for (std::int64_t image = 0; image < images; ++image, x += channels, output += channels)
        run_vector(x, output, channels);
      return;
    }
    for (std::int64_t image = 0; image < images; ++image)
      for (std::int64_t c = 0; c < channels; ++c, x += inner_, output += inner_)
        run_plane(x, output, c);
  }

 private:
  void run_plane(const std::int32_t* x, std::int32_t* output, std::int64_t channel) const {
    Acc tile[kTile];
    for (std::int64_t i = 0; i < inner_; i += kTile) {
      const std::int64_t length = std::min(kTile, inner_ - i);
      kernels::multiply_add(x + i, factor_[channel], term_[channel], tile, length);
      cast_(tile, output + i, length);
    }
  }

  void run_vector(const std::int32_t* x, std::int32_t* output, std::int64_t channels) const {
    Acc tile[kTile];
    for (std::int64_t i = 0; i < channels; i += kTile) {
      const std::int64_t length = std::min(kTile, channels - i);
      kernels::multiply_add(x + i, factor_.data() + i, term_.data() + i, tile, length);
      cast_(tile, output + i, length);
    }
  }

  IntCast cast_;
  std::vector<Acc> factor_, term_;
  std::int64_t inner_;
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

}  // namespace

std::unique_ptr<Step> make_cast(const Analyzed& analyzed, graph::NodeId id) {
  const IntCast cast = accumulator_cast(analyzed, id);
  return std::make_unique<CastStep>(cast, graph::element_count(analyzed.node(id).shape),
                                    path_name(cast.path(), analyzed.range(id).accumulator_width));
}

std::unique_ptr<Step> make_relu(const Analyzed& analyzed, graph::NodeId id) {
  const IntCast cast = accumulator_cast(analyzed, id);
  return std::make_unique<ReluStep>(cast, graph::element_count(analyzed.node(id).shape),
                                    path_name(cast.path(), analyzed.range(id).accumulator_width));
}

std::unique_ptr<Step> make_batch_norm(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const graph::FrozenParam& scale = node.params.at(graph::Role::Scale);
  const graph::FrozenParam& offset = node.params.at(graph::Role::Offset);
  const int grid = analyzed.range(id).accumulator_frac_bits;
  const int input_frac = analyzed.source(id).format.frac_bits();
  Affine affine;
  const std::int64_t channels = node.shape[0];
  for (std::int64_t c = 0; c < channels; ++c) {
    affine.factor.push_back(aligned(scale.raw[c], input_frac + scale.frac_bits(c), grid));
    affine.term.push_back(aligned(offset.raw[c], offset.frac_bits(c), grid));
  }
  return make_by_width<AffineStep>(analyzed, id, "scale * x + offset", affine,
                                   graph::element_count(node.shape) / channels);
}

std::unique_ptr<Step> make_shift(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const graph::FrozenParam& offset = node.params.at(graph::Role::Offset);
  const int grid = analyzed.range(id).accumulator_frac_bits;
  const std::int64_t channels = node.shape[0];
  Affine affine;
  affine.factor.assign(static_cast<std::size_t>(channels),
                       aligned(1, analyzed.source(id).format.frac_bits(), grid));
  for (std::int64_t c = 0; c < channels; ++c)
    affine.term.push_back(aligned(offset.raw[c], offset.frac_bits(c), grid));
  return make_by_width<AffineStep>(analyzed, id, "x + offset", affine,
                                   graph::element_count(node.shape) / channels);
}

std::unique_ptr<Step> make_renamed(const Analyzed& analyzed, graph::NodeId id) {
  return std::make_unique<RenamedStep>(graph::element_count(analyzed.node(id).shape));
}

}  // namespace qfx::runtime
