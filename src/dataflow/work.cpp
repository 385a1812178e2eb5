#include "dataflow/work.h"

#include <algorithm>

#include "dataflow/mean.h"
#include "dataflow/sums.h"
#include "dataflow/thresholds.h"

#include "qfx/base/error.h"
#include "qfx/fixed/khot.h"
#include "qfx/graph/clip.h"
#include "qfx/graph/form.h"
#include "qfx/graph/window_counts.h"

namespace qfx::dataflow {
namespace {

using graph::FrozenParam;
using graph::Role;

class Lowering {
 public:
  Lowering(const graph::Analyzed& model, graph::NodeId id, const Layout& in, const Layout& out)
      : node_(model.node(id)),
        input_(model.source(id)),
        level_bits_(level_bits_of(model, node_.inputs[0])),
        in_(in),
        out_(out),
        sum_(sum_of(model, id)) {}

  Work operator()(const graph::Source&) const { internal_error("an input is no process"); }
  Work operator()(const graph::Rename&) const { internal_error("a renaming is no process"); }

  Work operator()(const graph::Map&) const {
    Map map{.sum = sum_};
    if (const FrozenParam* scale = find(Role::Scale)) map.factor = channel_factor(*scale);
    if (const FrozenParam* slope = find(Role::Slope)) map.factor = channel_factor(*slope);
    if (const FrozenParam* offset = find(Role::Offset))
      map.offset = channel_offset(*offset);
    else if (find(Role::Scale) != nullptr)
      map.offset = by_channel([](std::int64_t) { return 0; });
    if (find(Role::Table) != nullptr) map.lookup = lookup();
    if (const auto* clip = std::get_if<graph::Clip>(&node_.op)) map.limits = limits(*clip);
    if (const auto* levels = std::get_if<graph::QuantSign>(&node_.op))
      map.steps = level_steps(*levels, input_.format);
    const bool has_constants = map.factor || map.offset || map.limits;
    if (has_constants && find(Role::Scale) == nullptr) map.places = input_places();
    return map;
  }

  Work operator()(const graph::ByChannel&) const { return Map{.sum = sum_}; }

  Work operator()(const graph::Window& form) const {
    const Window window{.height = input_.shape[1],
                        .width = input_.shape[2],
                        .kernel = form.kernel,
                        .stride = form.stride,
                        .padding = form.padding,
                        .dilation = form.dilation};
    switch (form.reduce) {
      case graph::Reduce::Products:
        return convolution(window, form.groups);
      case graph::Reduce::Mean:
        return WindowReduce{window, window_mean(form), accumulator()};
      case graph::Reduce::Max:
        return WindowReduce{window, {}, {}};
    }
    internal_error("unknown reduction");
  }

  Work operator()(const graph::Plane& form) const {
    QFX_ASSERT(form.reduce == graph::Reduce::Mean);
    return WindowReduce{{}, mean(input_.shape[1] * input_.shape[2]), accumulator()};
  }

  Work operator()(const graph::Dot&) const {
    const FrozenParam& weight = node_.params.at(Role::Weight);
    const std::int64_t outputs = weight.shape[0], inputs = weight.shape[1];
    QFX_ASSERT(in_.elements() == inputs);
    Factor factor = begin(weight);
    factor.values.shape = {in_.beats, outputs, in_.lanes};
    for (std::int64_t beat = 0; beat < in_.beats; ++beat)
      for (std::int64_t o = 0; o < outputs; ++o)
        for (std::int64_t lane = 0; lane < in_.lanes; ++lane)
          factor.values.values.push_back(weight.raw[o * inputs + in_.element(beat, lane)]);
    return products({}, 1, weight, std::move(factor));
  }

  Work operator()(const graph::Spread& form) const {
    const FrozenParam& threshold = node_.params.at(Role::Threshold);
    return Spread{node_.shape.size() > 1,
                  {{threshold.shape[0] / form.channels, form.channels},
                   {threshold.raw.begin(), threshold.raw.end()}}};
  }
  Work operator()(const graph::Join&) const { return Join{.side_by_side = node_.shape.size() > 1}; }

  Work operator()(const graph::Move&) const {
    return Move{graph::moves_of(graph::view_of(node_.op, input_.shape), input_.shape,
                                graph::Arrangement::ChannelsLast)};
  }

  Work operator()(const graph::Normalise&) const {
    return Normalise{node_.shape.size() > 1, sum_, lookup()};
  }

 private:
  const FrozenParam* find(Role role) const { return graph::find(node_.params, role); }

  // Of a node whose values are the odd integers around zero that so many bits number; else 0.
  static int level_bits_of(const graph::Analyzed& model, graph::NodeId id) {
    while (graph::keeps_format(model.node(id).op)) id = model.node(id).inputs[0];
    const graph::Op& op = model.node(id).op;
    if (const auto* levels = std::get_if<graph::QuantSign>(&op))
      return static_cast<int>(levels->bits);
    return std::holds_alternative<graph::Thermometer>(op) ? 1 : 0;
  }

  std::optional<fixed::Format> accumulator() const {
    const fixed::Format* format = graph::accumulator_of(node_.op);
    return format == nullptr ? std::nullopt : std::optional(*format);
  }

  // ---- factors ---------------------------------------------------------------------------------

  // All but its values and shifts.
  Factor begin(const FrozenParam& param) const {
    Factor factor{.width = signed_width(param.format),
                  .binary = &param == find(Role::Weight) &&
                            graph::own_format(node_.op, Role::Weight).has_value()};
    if (param.k_hot > 0) {
      factor.digits = 1;
      factor.signed_digits = param.signed_digits;
      for (std::int32_t raw : param.raw)
        factor.digits = std::max(factor.digits, fixed::count_digits(raw, param.signed_digits));
    }
    return factor;
  }

  // A shift beyond the sum's width moves only zeros, as the proof of the width says; it is cut
  // because C++ leaves such shifts undefined.
  std::int64_t shift_of(const FrozenParam& factor, std::int64_t channel) const {
    const std::int64_t shift =
        sum_.frac_bits - input_.format.frac_bits() - factor.frac_bits(channel);
    QFX_ASSERT(shift >= 0);
    return std::min<std::int64_t>(shift, sum_.width - 1);
  }

  // From the input's binary point to the sum's; cut likewise.
  int input_places() const {
    return std::min(sum_.frac_bits - input_.format.frac_bits(), sum_.width - 1);
  }

  std::int64_t on_sum_grid(const FrozenParam& offset, std::int64_t channel) const {
    if (offset.raw[channel] == 0) return 0;
    const int shift = sum_.frac_bits - offset.frac_bits(channel);
    QFX_ASSERT(shift >= 0 && shift < 64);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(std::int64_t{offset.raw[channel]})
                                     << shift);
  }

  // ---- per channel -----------------------------------------------------------------------------

  // One constant per channel, in stream order: a row for all pixels of an image, one for each beat
  // of a vector.
  template <class Of>
  Table by_channel(const Of& value_of_channel) const {
    const bool is_image = node_.shape.size() > 1;
    Table table{.shape = {is_image ? 1 : out_.beats, out_.lanes}, .values = {}};
    for (std::int64_t row = 0; row < table.shape[0]; ++row) {
      for (std::int64_t lane = 0; lane < out_.lanes; ++lane)
        table.values.push_back(value_of_channel(is_image ? lane : out_.element(row, lane)));
    }
    return table;
  }

  // One entry serves every channel.
  static std::int64_t entry(const FrozenParam& param, std::int64_t channel) {
    return param.shape[0] == 1 ? 0 : channel;
  }

  Factor channel_factor(const FrozenParam& param) const {
    Factor factor = begin(param);
    factor.values =
        by_channel([&](std::int64_t channel) { return param.raw[entry(param, channel)]; });
    factor.shift =
        by_channel([&](std::int64_t channel) { return shift_of(param, entry(param, channel)); });
    return factor;
  }

  Table channel_offset(const FrozenParam& param) const {
    return by_channel(
        [&](std::int64_t channel) { return on_sum_grid(param, entry(param, channel)); });
  }

  // ---- sums of products ------------------------------------------------------------------------

  MultiplyAccumulate convolution(const Window& window, std::int64_t groups) const {
    const FrozenParam& weight = node_.params.at(Role::Weight);
    const std::int64_t outputs = weight.shape[0], inputs = weight.shape[1];
    const std::int64_t taps = weight.shape[2] * weight.shape[3];
    Factor factor = begin(weight);
    factor.values.shape = {outputs, taps, inputs};
    for (std::int64_t o = 0; o < outputs; ++o)
      for (std::int64_t tap = 0; tap < taps; ++tap)
        for (std::int64_t i = 0; i < inputs; ++i)
          factor.values.values.push_back(weight.raw[(o * inputs + i) * taps + tap]);
    return products(window, groups, weight, std::move(factor));
  }

  // With the shifts and the offset, which is zero where the node has no bias.
  MultiplyAccumulate products(const std::optional<Window>& window, std::int64_t groups,
                              const FrozenParam& weight, Factor factor) const {
    const FrozenParam* bias = find(Role::Bias);
    MultiplyAccumulate result{.window = window,
                              .groups = groups,
                              .factor = std::move(factor),
                              .offset = {},
                              .sum = sum_,
                              .accumulator = accumulator()};
    if (result.factor.binary && !result.accumulator) result.level_bits = level_bits_;
    if (const FrozenParam* threshold = find(Role::Threshold))
      result.gate = gates(*threshold, largest_level_sum(weight.shape));
    result.factor.shift.shape = result.offset.shape = {weight.shape[0]};
    for (std::int64_t o = 0; o < weight.shape[0]; ++o) {
      result.factor.shift.values.push_back(shift_of(weight, o));
      result.offset.values.push_back(bias == nullptr ? 0 : on_sum_grid(*bias, o));
    }
    return result;
  }

  // ---- the rest --------------------------------------------------------------------------------

  Mean mean(std::int64_t count) const { return mean_of(sum_, count, node_.format.frac_bits()); }

  Mean window_mean(const graph::Window& form) const {
    const graph::WindowCounts counts = graph::window_counts(form, input_.shape, node_.shape);
    Mean result = mean(counts.divisor());
    if (counts.is_uniform()) return result;
    const auto factors = [](std::int64_t multiple, const std::vector<std::int64_t>& numbers) {
      Table table{.shape = {std::ssize(numbers)}, .values = {}};
      for (const std::int64_t number : numbers) table.values.push_back(multiple / number);
      return table;
    };
    result.row_factors = factors(counts.row_multiple, counts.rows);
    result.column_factors = factors(counts.column_multiple, counts.columns);
    result.total = total_of(form.kernel[0] * form.kernel[1]);
    return result;
  }

  // Of a mean's elements, or what its accumulator holds.
  Sum total_of(std::int64_t elements) const {
    const fixed::Format* rounded = graph::accumulator_of(node_.op);
    if (rounded != nullptr) return {signed_width(*rounded), rounded->frac_bits()};
    const fixed::Interval x = fixed::held_range(input_.format);
    const int width = graph::width_for({std::min<std::int64_t>(x.lo, 0) * elements,
                                        std::max<std::int64_t>(x.hi, 0) * elements},
                                       true);
    return {std::clamp(width, 2, sum_.width), sum_.frac_bits};
  }

  Lookup lookup() const {
    const FrozenParam& table = node_.params.at(Role::Table);
    return {{table.shape, {table.raw.begin(), table.raw.end()}}, table.format};
  }

  Limits limits(const graph::Clip& clip) const {
    const graph::ClipLimits limits =
        graph::clip_limits(clip, input_.format.frac_bits(), sum_.frac_bits);
    // What no input reaches is cut to what just no input reaches.
    const std::int64_t lowest = fixed::min_raw(input_.format),
                       highest = fixed::max_raw(input_.format);
    return {.below = std::clamp(limits.below, lowest, highest + 1),
            .above = std::clamp(limits.above, lowest - 1, highest),
            .low = limits.low,
            .high = limits.high};
  }

  const graph::FrozenNode& node_;
  const graph::FrozenNode& input_;  // the first
  int level_bits_;                  // of its values
  const Layout& in_;
  const Layout& out_;
  Sum sum_;
};

}  // namespace

Work work_of(const graph::Analyzed& model, graph::NodeId node, const Layout& in,
             const Layout& out) {
  return std::visit(Lowering(model, node, in, out), graph::form_of(model.node(node).op));
}

}  // namespace qfx::dataflow
