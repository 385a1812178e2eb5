#include "train/loop/examine.h"

#include <algorithm>
#include <utility>

#include "train/loop/live_count.h"
#include "train/loop/shared.h"

namespace qfx::train {
namespace {

// Rows of `each` values, `count` of the `size` there are, evenly spread.
template <class Value>
std::vector<Value> some_rows(const std::vector<Value>& values, std::int64_t each, std::int64_t size,
                             std::int64_t count) {
  std::vector<Value> rows;
  if (values.empty()) return rows;
  rows.reserve(static_cast<std::size_t>(count * each));
  for (std::int64_t i = 0; i < count; ++i) {
    const auto row = values.begin() + i * size / count * each;
    rows.insert(rows.end(), row, row + each);
  }
  return rows;
}

}  // namespace

Outputs outputs_of(const RunContext& context, PhaseKind phase, Network& network,
                   const at::Tensor& samples, const FixedMode& mode, bool training,
                   const Dropout* dropout) {
  const at::Tensor input = samples.to(context.device);
  Tap tap{.node = loss_input(network.structure(), context.recipe.model.task)};
  Outputs result;
  if (phase == PhaseKind::Fixed) {
    FixedMode tapped = mode;
    tapped.tap = &tap;
    result.values = fixed_forward(network, input, tapped);
  } else {
    result.values =
        float_forward(network, input, training,
                      training ? add_up_of(context.peers) : steps::AddUp(), dropout, &tap);
  }
  result.values = result.values.flatten(1);
  result.scores = tap.node == kAllOutputs ? result.values : tap.values.flatten(1);
  return result;
}

Evaluation examine(const RunContext& context, PhaseKind phase, Network& network,
                   const data::Dataset& set, const FixedMode& mode) {
  return evaluate(
      network, context.recipe.model.task, set, context.peers,
      [&](const at::Tensor& samples) {
        return outputs_of(context, phase, network, samples, mode).values;
      },
      LiveCount(context, "test"));
}

Judgement judge(const RunContext& context, Network& network, const data::Dataset& set) {
  std::map<std::string, steps::OverflowCount> before;
  for (Point* point : network.points()) before[point->tensor] = std::exchange(point->count, {});
  Judgement result{.evaluation = examine(context, PhaseKind::Fixed, network, set, {.count = true}),
                   .overflows = {}};
  gather_counts(network, context.peers, true);
  for (const Layer& layer : network.layers()) {
    result.overflows[layer.output.tensor] = layer.output.count;
    for (const auto& [role, param] : layer.params) {
      // Every batch casts the same parameters.
      steps::OverflowCount count = param.point.count;
      const std::int64_t values =
          graph::element_count(network.node(layer.id).params.at(role).shape);
      if (count.values > 0) count.overflows /= count.values / values;
      count.values = std::min(count.values, values);
      result.overflows[param.point.tensor] = count;
    }
  }
  std::erase_if(result.overflows, [](const auto& entry) { return entry.second.values == 0; });
  for (Point* point : network.points()) point->count = before.at(point->tensor);
  return result;
}

data::Dataset some_of(const data::Dataset& set, std::int64_t most) {
  const std::int64_t size = set.size(), count = std::min(size, most);
  data::Dataset some;
  some.name = set.name;
  some.sample_shape = set.sample_shape;
  some.class_count = set.class_count;
  some.class_names = set.class_names;
  some.target_size = set.target_size;
  some.bytes = some_rows(set.bytes, set.sample_size(), size, count);
  some.floats = some_rows(set.floats, set.sample_size(), size, count);
  some.labels = some_rows(set.labels, 1, size, count);
  some.targets = some_rows(set.targets, set.target_size, size, count);
  return some;
}

}  // namespace qfx::train
