// Whole networks: depths, speed, and how long it takes to know them.
#include <cstdio>
#include <ctime>
#include <gtest/gtest.h>

#include "circuit/depths.h"
#include "support/random_numbers.h"

#include "qfx/circuit/cycles.h"
#include "qfx/circuit/speed.h"
#include "qfx/dataflow/lower.h"
#include "qfx/frontends/recipe.h"

namespace qfx::circuit {
namespace {

// Of this program's own time, so that others on the machine do not count.
double seconds_of(const auto& action) {
  const std::clock_t begin = std::clock();
  action();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

std::int64_t fifo_bits(const Circuit& circuit) {
  std::int64_t bits = 0;
  for (const Link& link : circuit.links) bits += link.depth * link.width();
  return bits;
}

void check(const std::string& name) {
  const graph::FrozenModel model =
      test::with_random_numbers(frontends::zoo(name, {3, 32, 32}, {}, 10, 1));
  const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
  const double fold_seconds = seconds_of([&] { fold(network, {}); });
  Circuit circuit = fold(network, {});
  const std::int64_t proved_bits = fifo_bits(circuit);
  const double speed_seconds = seconds_of([&] { deepen_for_speed(circuit); });
  Cycles cycles;
  const double count_seconds = seconds_of([&] { cycles = count_cycles(circuit); });
  std::printf(
      "%s: %zu engines, folded and depths proved in %.3f s, %lld bits of FIFOs; full speed found "
      "in "
      "%.2f s, %lld bits; interval %lld, latency %lld, counted in %.2f s\n",
      name.c_str(), circuit.engines.size(), fold_seconds, static_cast<long long>(proved_bits),
      speed_seconds, static_cast<long long>(fifo_bits(circuit)),
      static_cast<long long>(cycles.interval), static_cast<long long>(cycles.latency),
      count_seconds);
  EXPECT_EQ(cycles.interval, shortest_interval(circuit));
  EXPECT_LT(fold_seconds, 1.0);
  EXPECT_LT(fifo_bits(circuit), proved_bits * 11 / 10) << "full speed costs little";
}

TEST(Zoo, ResNet20) {
  check("resnet20");
}
TEST(Zoo, FracBnn) {
  check("fracbnn");
}
TEST(Zoo, PublishedFracBnn) {
  check("fracbnn_published");
}

}  // namespace
}  // namespace qfx::circuit
