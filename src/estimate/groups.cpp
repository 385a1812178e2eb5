#include "estimate/groups.h"

#include <algorithm>
#include <numeric>

namespace qfx::estimate {
namespace {

// What a process of Yosys takes before it has read anything, in LUTs of an engine that would be
// mapped meanwhile: its libraries take a second.
constexpr double kStart = 1000;
// Larger groups save nothing, and what is interrupted has more to do again.
constexpr double kLargest = 4000;

}  // namespace

std::vector<Group> groups_of(const std::vector<Unit>& units, std::size_t jobs) {
  std::vector<std::size_t> order(units.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return units[i].weight; });
  double all = 0;
  for (const Unit& unit : units) all += unit.weight;
  const double most = std::clamp(all / static_cast<double>(jobs), 2 * kStart, kLargest);

  std::vector<Group> groups;
  for (const std::size_t i : order) {
    const Unit& unit = units[i];
    const auto has_room = [&](const Group& group) {
      return !units[group.units.front()].is_top && group.multiplies == unit.multiplies &&
             group.weight + unit.weight <= most;
    };
    const auto room = unit.is_top ? groups.end() : std::ranges::find_if(groups, has_room);
    Group& group = room == groups.end()
                       ? groups.emplace_back(Group{.units = {}, .multiplies = unit.multiplies})
                       : *room;
    group.units.push_back(i);
    group.weight += unit.weight;
  }
  std::ranges::stable_sort(groups, std::greater(), &Group::weight);
  return groups;
}

}  // namespace qfx::estimate
