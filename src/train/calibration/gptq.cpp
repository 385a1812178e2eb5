#include "train/calibration/gptq.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <fmt/format.h>
#include <variant>

#include "train/calibration/input_moments.h"
#include "train/calibration/row_rounding.h"
#include "train/network/parameter_values.h"
#include "train/tensors/values.h"

namespace qfx::train {
namespace {

using graph::Role;

// The moments of more inputs than this take some hundred MB and minutes.
constexpr std::int64_t kMostColumns = 6144;
// Beyond it the search is for one point, and shorter.
constexpr std::int64_t kManyColumns = 1536;
constexpr int kSweeps = 8;
// Of the moments' mean diagonal, added to it: what the samples do not tell stays as it is. More by
// the second for every column per place, as few places say little of many columns.
constexpr double kDamping = 0.01;
constexpr double kDampingByColumns = 0.5;
// Wider ones leave nothing to compensate.
constexpr int kWidest = 16;

// One group of a layer, its columns from the one with the largest moment on.
struct Group {
  at::Tensor target;   // {rows, K} float64
  at::Tensor moments;  // {K, K}
  at::Tensor factor;   // upper, of the moments' inverse
  at::Tensor order;    // {K}: which column each was
};

// The sums that count are those of the float layer over its own inputs: W' is what comes closest to
// them over the fixed ones.
Group group_of(const InputMoments& all, std::int64_t g, const at::Tensor& weights) {
  at::Tensor moments = all.fixed_fixed[g].clone();
  const at::Tensor diagonal = moments.diagonal();
  const double mean = std::max(at::mean(diagonal).item<double>(), 1e-30);
  const at::Tensor apart = at::mm(weights, all.real_fixed[g] - moments);
  const double columns = static_cast<double>(weights.size(1));
  diagonal.add_((kDamping + kDampingByColumns * columns / all.places) * mean);
  const at::Tensor best = weights + at::cholesky_solve(apart.t(), at::linalg_cholesky(moments)).t();
  Group group{.target = {}, .moments = {}, .factor = {}, .order = {}};
  group.order = at::argsort(diagonal, 0, true);
  group.target = best.index_select(1, group.order).contiguous();
  group.moments = moments.index_select(0, group.order).index_select(1, group.order).contiguous();
  const at::Tensor inverse = at::cholesky_inverse(at::linalg_cholesky(group.moments));
  group.factor = at::linalg_cholesky(inverse).t().contiguous();
  return group;
}

std::span<const double> span_of(const at::Tensor& x) {
  return {x.data_ptr<double>(), static_cast<std::size_t>(x.numel())};
}

RoundedRows rounded_group(const Group& group, const graph::QuantSpec& spec,
                          const std::vector<int>& points) {
  const std::int64_t rows = group.target.size(0), columns = group.target.size(1);
  const int sweeps = columns > kManyColumns ? 1 : kSweeps;
  const RowError error{columns, span_of(group.moments), span_of(group.factor)};
  RoundedRows all{.values = std::vector<double>(static_cast<std::size_t>(rows * columns)),
                  .errors = std::vector<double>(points.size())};
  at::parallel_for(0, rows, 16, [&](std::int64_t begin, std::int64_t end) {
    const RoundedRows part =
        round_rows(span_of(group.target).subspan(begin * columns, (end - begin) * columns), error,
                   spec, std::span(points).subspan(begin, end - begin), sweeps);
    std::ranges::copy(part.values, all.values.begin() + begin * columns);
    std::ranges::copy(part.errors, all.errors.begin() + begin);
  });
  return all;
}

// The weights of a layer and the points that go with them.
struct Choice {
  std::vector<int> points;  // one a row
  at::Tensor values;        // {groups, rows, K}, columns in their own order
  std::vector<double> errors;
};

Choice choose(const std::vector<Group>& groups, const graph::QuantSpec& spec,
              const std::vector<int>& points) {
  Choice choice{.points = points, .values = {}, .errors = {}};
  std::vector<at::Tensor> values;
  auto first = points.begin();
  for (const Group& group : groups) {
    const auto last = first + group.target.size(0);
    const RoundedRows rows = rounded_group(group, spec, {first, last});
    choice.errors.insert(choice.errors.end(), rows.errors.begin(), rows.errors.end());
    const at::Tensor back = at::argsort(group.order);
    values.push_back(
        double_tensor(rows.values).reshape(group.target.sizes()).index_select(1, back));
    first = last;
  }
  choice.values = at::stack(values);
  return choice;
}

// Row by row the better of two; all together where one point serves all.
void keep_better(Choice& best, const Choice& other, bool per_row) {
  double before = 0, after = 0;
  for (std::size_t r = 0; r < best.errors.size(); ++r) {
    before += best.errors[r];
    after += other.errors[r];
  }
  const at::Tensor values = best.values.flatten(0, 1), others = other.values.flatten(0, 1);
  for (std::size_t r = 0; r < best.errors.size(); ++r) {
    if (per_row ? other.errors[r] >= best.errors[r] : after >= before) continue;
    best.errors[r] = other.errors[r];
    best.points[r] = other.points[r];
    values[static_cast<std::int64_t>(r)].copy_(others[static_cast<std::int64_t>(r)]);
  }
}

std::vector<int> shifted(std::vector<int> points, int by) {
  for (int& point : points) point += by;
  return points;
}

std::string unfit(const graph::Node& node, const Parameter& weight, std::int64_t columns) {
  if (weight.point.spec.width > kWidest)
    return fmt::format("'{}' has weights of {} bits, which round to nearest", node.name,
                       weight.point.spec.width);
  if (columns > kMostColumns)
    return fmt::format(
        "'{}' has {} weights an output, and gptq looks at no more than {}: they "
        "round to nearest",
        node.name, columns, kMostColumns);
  return "";
}

bool has_weights(const graph::Node& node, const Layer& layer) {
  const bool is_product = std::holds_alternative<graph::Conv2d>(node.op) ||
                          std::holds_alternative<graph::Linear>(node.op);
  if (!is_product) return false;
  const Parameter& weight = layer.params.at(Role::Weight);
  return weight.point.casts() && !weight.clip_range;
}

}  // namespace

std::string round_by_gptq(BothWays& both, Network& real, Layer& layer, bool corrects_means,
                          const std::set<const Point*>& may_move) {
  Network& network = both.network();
  const graph::Node& node = network.node(layer.id);
  if (!has_weights(node, layer)) return "";
  Parameter& weight = layer.params.at(Role::Weight);
  const at::Tensor old = weight.value.detach().clone();
  const std::int64_t rows = old.size(0), columns = old.numel() / rows;
  if (std::string why = unfit(node, weight, columns); !why.empty()) return why;

  InputMoments moments;
  for (std::int64_t b = 0; b < both.batches(); ++b)
    moments.add(node, both.real(node.inputs[0], b), both.fixed(node.inputs[0], b));
  if (corrects_means && layer.params.contains(Role::Bias)) moments.centre();
  const std::int64_t groups = moments.fixed_fixed.size(0);
  const at::Tensor real_weights = real.layers()[layer.id]
                                      .params.at(Role::Weight)
                                      .value.detach()
                                      .to(at::kDouble)
                                      .reshape({groups, rows / groups, columns});
  std::vector<Group> all;
  try {
    for (std::int64_t g = 0; g < groups; ++g) all.push_back(group_of(moments, g, real_weights[g]));
  } catch (const c10::Error&) {  // no Cholesky factor
    return fmt::format("'{}' has inputs that say nothing about its weights, which round to nearest",
                       node.name);
  }

  Point& point = weight.point;
  const bool per_row = point.frac_bits.size() > 1;
  std::vector<int> points = point.frac_bits;
  points.resize(static_cast<std::size_t>(rows), points[0]);
  const std::vector<float> old_points = point.values();
  Choice best = choose(all, point.spec, points);
  if (may_move.contains(&point) && columns <= kManyColumns) {
    for (const int by : {1, -1})
      keep_better(best, choose(all, point.spec, shifted(points, by)), per_row);
    point.set_frac_bits(per_row ? best.points : std::vector{best.points[0]});
  }
  const at::Tensor chosen = best.values.reshape(old.sizes()).to(at::kFloat);
  weight.value.copy_(chosen);
  // Some overflow modes leave out a value at the end of the range that saturation has.
  if (at::equal(cast_parameter(network, weight, {}).to(at::kFloat), chosen)) return "";
  weight.value.copy_(old);
  point.set(old_points);
  return fmt::format("'{}' has weights that {} does not hold; they round to nearest", node.name,
                     fixed::to_string(point.spec.format(point.frac_bits[0])));
}

}  // namespace qfx::train
