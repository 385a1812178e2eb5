#include "train/network/value_grid.h"

#include <algorithm>
#include <cmath>

namespace qfx::train {
namespace {

using steps::Grid;

using Values = std::optional<Grid>;

Values join(const Values& a, const Values& b) {
  if (!a || !b) return std::nullopt;
  return wider(*a, *b);
}

Values bounds_of(const graph::Clip& clip) {
  constexpr int kFracBits = 32;  // graph/op.h
  return Grid{kFracBits, std::ldexp(std::max(std::abs(clip.min), std::abs(clip.max)), kFracBits)};
}

}  // namespace

std::optional<steps::Grid> exact_grid(const graph::Node& node,
                                      const std::vector<std::optional<Grid>>& values,
                                      const std::vector<Grid>& sums) {
  const auto input = [&](std::size_t i) {
    return values[static_cast<std::size_t>(node.inputs[i])];
  };
  const auto joined = [&] {
    Values all = sums.empty() ? Values() : sums[0];
    for (const Grid& sum : sums) all = join(all, sum);
    return all;
  };
  const auto of_both = [&](Grid (*result)(const Grid&, const Grid&)) {
    const Values a = input(0), b = input(1);
    return a && b ? Values(result(*a, *b)) : Values();
  };
  return std::visit(
      graph::Overloaded{
          [](const graph::Input&) { return Values(); },
          [](const graph::BatchNorm&) { return Values(); },  // its pair is not known yet
          [](const graph::Function&) { return Values(); },
          [](const graph::Softmax&) { return Values(); },
          [&](const graph::Conv2d&) { return joined(); },
          [&](const graph::Linear&) { return joined(); },
          [&](const graph::Prelu&) { return joined(); },
          [&](const graph::LeakyRelu&) { return joined(); },
          [&](const graph::Shift&) { return joined(); },
          [&](const graph::Clip& clip) { return input(0) ? bounds_of(clip) : Values(); },
          [&](const graph::Add&) { return of_both(steps::sum); },
          [&](const graph::Sub&) { return of_both(steps::sum); },
          [&](const graph::Mul&) { return of_both(steps::product); },
          [&](const graph::Concat&) {
            Values all = input(0);
            for (std::size_t i = 1; i < node.inputs.size(); ++i) all = join(all, input(i));
            return all;
          },
          [&](const graph::Cast&) { return input(0); },
          [&](const graph::Relu&) { return input(0); },
          [&](const graph::MaxPool2d&) { return input(0); },
          [&](const graph::AvgPool2d&) { return input(0); },
          [&](const graph::GlobalAvgPool2d&) { return input(0); },
          [&](const graph::Flatten&) { return input(0); },
          [&](const graph::Unsqueeze&) { return input(0); },
      },
      node.op);
}

}  // namespace qfx::train
