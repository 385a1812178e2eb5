#include "qfx/adders/synthesize.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "adders/budget.h"
#include "adders/digits.h"
#include "adders/emit.h"
#include "adders/levels.h"
#include "adders/problem.h"
#include "adders/prove.h"
#include "adders/search.h"

#include "qfx/base/error.h"

namespace qfx::adders {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 31;
// What the first sharing does with a row grows with the square of its inputs: beyond so much work,
// inputs share in tiles.
constexpr std::int64_t kMostWork = std::int64_t{1} << 21;
constexpr std::int64_t kLeastTile = 8;
// Comparing all rows with each other grows with their square.
constexpr std::int64_t kMostComparisons = std::int64_t{1} << 23;
// The share of the time after which the better of both searches goes on alone.
constexpr double kTrial = 0.3;
constexpr int kStepsAtATime = 8;

void check(const Matrix& matrix, const Options& options) {
  if (matrix.rows < 1 || matrix.columns < 1 ||
      static_cast<std::int64_t>(matrix.values.size()) != matrix.rows * matrix.columns)
    user_error("A matrix of {} rows and {} columns has {} values: give one value for each place.",
               matrix.rows, matrix.columns, matrix.values.size());
  for (std::int64_t value : matrix.values)
    if (value < -kLargest || value > kLargest)
      user_error("The matrix holds {}: values from {} to {} are allowed.", value, -kLargest,
                 kLargest);
  if (!options.inputs.empty() && static_cast<std::int64_t>(options.inputs.size()) != matrix.columns)
    user_error("{} input ranges were given for {} columns: give one for each, or none.",
               options.inputs.size(), matrix.columns);
  for (const Interval& input : options.inputs)
    if (input.low > input.high)
      user_error("An input from {} to {} has no value: give the smaller end first.", input.low,
                 input.high);
  if (options.operands != 2 && options.operands != 3)
    user_error("An adder of {} operands was asked for: 2 and 3 are allowed.", options.operands);
}

// Without any sharing a sum is as shallow as it gets.
void check_depth(const Problem& problem, const Options& options) {
  if (!options.max_depth) return;
  for (std::size_t r = 0; r < problem.rows.size(); ++r) {
    LevelCounts counts{};
    for (const Entry& entry : problem.rows[r]) counts[0] += weight(entry.factor);
    const int least = combined_level(counts, options.operands);
    if (least > *options.max_depth)
      user_error(
          "At most {} levels of adders were asked for, but a row of the matrix needs {}: "
          "allow at least as many.",
          *options.max_depth, least);
  }
}

Shape shape_of(const Matrix& matrix, const Options& options) {
  Shape shape{.operands = options.operands,
              .max_depth = options.max_depth.value_or(-1),
              .narrow = options.goal == Goal::FullAdders};
  const std::int64_t tile = kMostWork / std::max<std::int64_t>(1, matrix.rows * matrix.columns);
  if (tile < matrix.columns) shape.tile = static_cast<int>(std::max(kLeastTile, tile));
  return shape;
}

void search(Search& state, Budget& budget, double until) {
  while (budget.fraction_used() < std::min(until, 1.0)) {
    for (int i = 0; i < kStepsAtATime; ++i) {
      state.step();
      budget.count_step();
    }
  }
}

AdderGraph best_graph(const Matrix& matrix, const Problem& problem, const Options& options,
                      const std::vector<Interval>& inputs) {
  Budget budget(options.seconds, options.steps);
  const Rows rows(static_cast<int>(matrix.columns), problem.rows, shape_of(matrix, options));
  const auto graph_of = [&](const Search& state) {
    AdderGraph graph = emit(state.rows(), problem, inputs);
    prove(graph, matrix);
    return graph;
  };

  Search plain(rows, false, options.seed, budget);
  const auto wanted = static_cast<std::int64_t>(problem.rows.size());
  if (wanted < 2 || wanted * wanted * matrix.columns > kMostComparisons || budget.is_late()) {
    search(plain, budget, 1);
    return graph_of(plain);
  }
  Search differences(rows, true, options.seed + 1, budget);
  const double used = budget.fraction_used();
  search(plain, budget, used + kTrial / 2);
  search(differences, budget, used + kTrial);
  const AdderGraph of_plain = graph_of(plain), of_differences = graph_of(differences);
  const bool differences_win = options.goal == Goal::Adders
                                   ? of_differences.adders.size() < of_plain.adders.size()
                                   : of_differences.full_adders() < of_plain.full_adders();
  Search& better = differences_win ? differences : plain;
  search(better, budget, 1);
  return graph_of(better);
}

}  // namespace

AdderGraph synthesize(const Matrix& matrix, const Options& options) {
  check(matrix, options);
  const std::vector<Interval> inputs =
      options.inputs.empty()
          ? std::vector<Interval>(static_cast<std::size_t>(matrix.columns), {-128, 127})
          : options.inputs;
  const Problem problem = simplified(matrix);
  check_depth(problem, options);
  return best_graph(matrix, problem, options, inputs);
}

}  // namespace qfx::adders
