// A transposed convolution without a kind of its own.
//
// Note [Phases]
// Along an axis with stride s, output place s * q + r (before anything is cut off) gets tap k of
// the element i where i * s + k * d = s * q + r: of its phase r the taps with k * d = r + j * s,
// each of the element q - j. That is a convolution with stride 1 whose outputs are the phases of
// every channel, and as many taps as the j's: then depth_to_space puts the phases side by side, and
// a slice takes what is wanted. Taps that no k has are zero.
#include "imports/operators/transposed.h"

#include "imports/lower/find_move.h"
#include "imports/lower/lowering.h"

namespace qfx::imports {
namespace {

using graph::NodeId;
using graph::Role;

constexpr std::int64_t kMostTransposedWeights = std::int64_t{1} << 27;

// The convolution along one axis.
struct Phases {
  explicit Phases(const TransposedAxis& axis) : axis(axis) {
    taps = (axis.span() + axis.stride - 1) / axis.stride;
    // From the first q that is wanted to the last, also where nothing adds to it.
    const std::int64_t first = axis.before / axis.stride;
    const std::int64_t last = (axis.before + axis.positions - 1) / axis.stride;
    before = std::max<std::int64_t>(taps - 1 - first, 0);
    after = std::max<std::int64_t>(last - axis.extent + 1, 0);
    cut = axis.before - (taps - 1 - before) * axis.stride;
  }

  // The weight's tap of phase `phase` at `tap` of the convolution; -1: none.
  std::int64_t source(std::int64_t phase, std::int64_t tap) const {
    const std::int64_t place = phase + (taps - 1 - tap) * axis.stride;
    return place < axis.span() && place % axis.dilation == 0 ? place / axis.dilation : -1;
  }

  TransposedAxis axis;
  std::int64_t taps = 1, before = 0, after = 0;
  std::int64_t cut = 0;  // places before the first that is wanted
};

}  // namespace

void Lowering::conv_transpose(const Node& node) {
  const Call call = call_of(node);
  const Tensor* weight = known(node.inputs.at(1));
  if (weight == nullptr) fault("its weight is computed from the samples; it must be a constant");
  const Tensor* bias =
      node.inputs.size() > 2 && !node.inputs[2].empty() ? known(node.inputs[2]) : nullptr;
  if (call.has(2) && bias == nullptr) fault("its bias is computed from the samples");
  Spot value = input_of(node);
  const auto given =
      read_transposed(call, value.shape, Shape(weight->shape.begin() + 2, weight->shape.end()));
  auto [x, channels] = image(value);
  bool is_in_order = x.held[0] == std::ssize(channels);
  for (std::size_t c = 0; is_in_order && c < channels.size(); ++c)
    is_in_order = channels[c] == static_cast<std::int64_t>(c);
  if (!is_in_order) x = image(in_order(value)).first;
  auto axes = as_plane(given);
  if (given.size() == 1 && x.held[2] == 1 && x.held[1] != 1) std::swap(axes[0], axes[1]);
  const Phases tall(axes[0]), wide(axes[1]);

  const std::int64_t groups = call.integer("group", 1), each = weight->shape[1];
  const std::int64_t depth = weight->shape[0] / groups;
  const std::int64_t kernel = axes[0].kernel * axes[1].kernel, taps = tall.taps * wide.taps;
  const std::int64_t phases = axes[0].stride * axes[1].stride;
  const std::int64_t outputs = groups * phases * each;  // in this order
  if (outputs > kMostTransposedWeights / (depth * taps))
    fault("as a convolution its weight would have more than {} entries", kMostTransposedWeights);
  std::vector<double> values(static_cast<std::size_t>(outputs * depth * taps), 0), added;
  for (std::int64_t o = 0; o < outputs; ++o) {
    const std::int64_t channel = o % each, phase = o / each % phases, group = o / each / phases;
    if (bias != nullptr) added.push_back(bias->reals[group * each + channel]);
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const std::int64_t row = tall.source(phase / axes[1].stride, tap / wide.taps);
      const std::int64_t column = wide.source(phase % axes[1].stride, tap % wide.taps);
      if (row < 0 || column < 0) continue;
      for (std::int64_t c = 0; c < depth; ++c)
        values[(o * depth + c) * taps + tap] =
            weight->reals[((group * depth + c) * each + channel) * kernel + row * axes[1].kernel +
                          column];
    }
  }
  NodeId id = append(graph::Conv2d{.out_channels = outputs,
                                   .kernel = {tall.taps, wide.taps},
                                   .padding = {tall.before, wide.before, tall.after, wide.after},
                                   .groups = groups,
                                   .has_bias = bias != nullptr},
                     {x.node});
  set(id, Role::Weight, values);
  if (bias != nullptr) set(id, Role::Bias, added);

  const Shape in = builder_.shape(id);
  if (phases > 1) {
    const graph::View view{.axes = {{{groups, 0, phases * each}, {each, 0, 1}},
                                    {{in[1], 1, 1}, {axes[0].stride, 0, axes[1].stride * each}},
                                    {{in[2], 2, 1}, {axes[1].stride, 0, each}}},
                           .offsets = {0, 0, 0}};
    id = append(kind_of(view, in), {id});
  }
  const Shape held = builder_.shape(id);
  std::vector<std::int64_t> index;
  for (std::int64_t c = 0; c < held[0]; ++c)
    for (std::int64_t i = 0; i < axes[0].positions; ++i)
      for (std::int64_t j = 0; j < axes[1].positions; ++j)
        index.push_back((c * held[1] + tall.cut + i) * held[2] + wide.cut + j);
  const Spot whole{.node = id, .held = held, .shape = {}};
  place(node.outputs[0], spot_with(whole, shape_of(source_, node.outputs[0]), std::move(index)));
}

}  // namespace qfx::imports
