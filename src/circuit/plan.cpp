#include "qfx/circuit/plan.h"

#include <algorithm>
#include <limits>

#include "circuit/behaviour.h"
#include "circuit/resources.h"
#include "circuit/search.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::circuit {
namespace {

constexpr std::int64_t kAnyInterval = std::numeric_limits<std::int64_t>::max();
// Among equals of what is asked for, the cheaper one.
constexpr double kTie = 1e-7;

// What a DSP and a block RAM are worth in LUTs where all are to be had: as on a ZU3EG (70,560 LUTs,
// 360 DSPs, 432 blocks of 18 Kib).
constexpr double kLutsADsp = 196, kLutsABram = 163;

// Everything in LUTs.
constexpr Prices kInLuts{
    .luts = 1, .registers = 0.01, .dsps = kLutsADsp, .brams = kLutsABram};

Prices scaled(Prices prices, double by) {
  return {.luts = prices.luts * by,
          .registers = prices.registers * by,
          .dsps = prices.dsps * by,
          .brams = prices.brams * by,
          .products = prices.products * by};
}

bool has_budget(const Goal& goal) {
  return goal.luts || goal.dsps || goal.brams;
}

// What is scarce is dear.
Prices prices_for(const Goal& goal) {
  if (!has_budget(goal) && goal.interval) return kInLuts;
  Prices prices = scaled(kInLuts, kTie);
  if (!has_budget(goal)) {
    prices.products += 1;
    return prices;
  }
  const auto dear = [](double& price, const std::optional<std::int64_t>& budget) {
    if (budget) price += 1 / (static_cast<double>(*budget) + 1);
  };
  dear(prices.luts, goal.luts);
  dear(prices.dsps, goal.dsps);
  dear(prices.brams, goal.brams);
  return prices;
}

std::string amounts(const Goal& goal, const Resources& resources, std::int64_t products) {
  std::vector<std::string> parts;
  const auto add = [&](const std::optional<std::int64_t>& budget, double taken, const char* what) {
    if (budget) parts.push_back(fmt::format("{:.0f} {}", taken, what));
  };
  add(goal.luts, resources.all_luts(), "LUTs");
  add(goal.dsps, resources.dsps, "DSPs");
  add(goal.brams, resources.brams, "block RAMs");
  if (parts.empty()) parts.push_back(fmt::format("{} products at once", products));
  return join(parts, " and ");
}

class Planner {
 public:
  Planner(const dataflow::Network& network, const dataflow::Folding& given, const Goal& goal)
      : network_(network), goal_(goal), prices_(prices_for(goal)) {
    search_ =
        goal.words == Words::Any ? search_lanes(network, given, goal.axi_bits)
                                 : search_pixels(network, given);
  }

  Plan run() {
    const Found found = goal_.interval ? within(*goal_.interval) : within_budget();
    Plan plan{.folding = found.folding,
              .interval = found.interval,
              .slowest = found.slowest,
              .resources = found.resources,
              .products = found.products};
    if (const auto next = search_->cheapest(found.interval - 1, kInLuts)) {
      plan.next_interval = next->interval;
      plan.next = next->resources;
    }
    return plan;
  }

 private:
  bool fits(const Found& found) const {
    const auto holds = [](const std::optional<std::int64_t>& budget, double taken) {
      return !budget || taken <= static_cast<double>(*budget);
    };
    if (!has_budget(goal_)) return goal_.interval || found.products <= kDefaultProducts;
    return holds(goal_.luts, found.resources.all_luts()) && holds(goal_.dsps, found.resources.dsps) &&
           holds(goal_.brams, found.resources.brams);
  }

  // Both an interval and a budget.
  Found within(std::int64_t interval) const {
    std::optional<Found> found = search_->cheapest(interval, prices_);
    if (!found) {
      const Found best = shortest([](const Found&) { return true; }).value();
      user_error(
          "no folding takes '{}' through an image in {} cycles; the best is {}, which {} needs",
          network_.model().name, interval, best.interval, quoted(best.slowest));
    }
    if (!fits(*found))
      user_error(
          "no folding takes '{}' through an image in {} cycles with so little; the smallest "
          "that does takes {} by the cost table",
          network_.model().name, interval, amounts(goal_, found->resources, found->products));
    return *found;
  }

  // More time never costs more: the shortest interval that fits by bisection.
  template <class Accepts>
  std::optional<Found> shortest(const Accepts& accepts) const {
    const std::vector<std::int64_t> intervals = search_->intervals();
    std::optional<Found> best;
    const auto reaches = [&](std::int64_t interval) {
      std::optional<Found> found = search_->cheapest(interval, prices_);
      if (!found || !accepts(*found)) return false;
      if (!best || found->interval <= best->interval) best = std::move(found);
      return true;
    };
    const auto at = std::ranges::partition_point(
        intervals, [&](std::int64_t interval) { return !reaches(interval); });
    if (at == intervals.end()) reaches(kAnyInterval);
    return best;
  }

  Found within_budget() const {
    if (auto best = shortest([&](const Found& found) { return fits(found); })) return *best;
    const std::optional<Found> least = search_->cheapest(kAnyInterval, prices_);
    QFX_ASSERT(least.has_value());
    if (!has_budget(goal_)) return *least;
    user_error(
        "no folding of '{}' is so small; the smallest takes {} by the cost table, at {} cycles an "
        "image",
        network_.model().name, amounts(goal_, least->resources, least->products), least->interval);
  }

  static std::string quoted(const std::string& name) { return "'" + name + "'"; }

  const dataflow::Network& network_;
  const Goal& goal_;
  Prices prices_;
  std::unique_ptr<Search> search_;
};

}  // namespace

Summary summarise(const Circuit& circuit) {
  Summary summary{.resources = total_resources(circuit)};
  for (const LinkId output : circuit.outputs) {
    const Link& link = circuit.links[output];
    if (link.words() <= summary.interval) continue;
    summary.interval = link.words();
    summary.slowest = circuit.network.node(link.node).name;
  }
  for (EngineId id = 0; id < std::ssize(circuit.engines); ++id) {
    const std::int64_t cycles = cycles_alone(circuit, id);
    if (cycles > summary.interval) {
      summary.interval = cycles;
      summary.slowest = circuit.engines[id].name;
    }
    if (const auto* sums = std::get_if<Sums>(&circuit.engines[id].part))
      summary.products += sums->form == Sums::Form::Depthwise ? sums->pe : sums->pe * sums->simd;
  }
  return summary;
}

Plan plan(const dataflow::Network& network, const dataflow::Folding& given, const Goal& goal) {
  return Planner(network, given, goal).run();
}

}  // namespace qfx::circuit
