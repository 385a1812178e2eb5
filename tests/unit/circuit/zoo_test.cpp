// Whole networks: depths, speed, and how long it takes to know them.
#include <cstdio>
#include <ctime>
#include <gtest/gtest.h>

#include "circuit/behaviour.h"
#include "circuit/depths.h"
#include "support/random_numbers.h"

#include "qfx/circuit/cycles.h"
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

void look_at(const std::string& name, const dataflow::Folding& folding) {
  const graph::FrozenModel model =
      test::with_random_numbers(frontends::zoo(name, {3, 32, 32}, {}, 10, 1));
  const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
  const double fold_seconds = seconds_of([&] { fold(network, folding); });
  const Circuit circuit = fold(network, folding);
  std::int64_t slowest = 0;
  for (EngineId id = 0; id < std::ssize(circuit.engines); ++id)
    slowest = std::max(slowest, cycles_alone(circuit, id));
  Cycles cycles;
  const double count_seconds = seconds_of([&] { cycles = count_cycles(circuit); });
  std::int64_t bits = 0, deep = 0;
  for (const Link& link : circuit.links) {
    bits += link.depth * link.width();
    if (link.depth > 2) ++deep;
  }
  std::printf(
      "%s: %zu engines, folded in %.3f s; interval %lld (slowest %lld), latency %lld, counted in "
      "%.3f s; %lld FIFOs deeper than 2, %lld bits in all\n",
      name.c_str(), circuit.engines.size(), fold_seconds,
      static_cast<long long>(cycles.interval), static_cast<long long>(slowest),
      static_cast<long long>(cycles.latency), count_seconds, static_cast<long long>(deep),
      static_cast<long long>(bits));
}

TEST(Zoo, Look) {
  for (const std::string name : {"resnet20", "fracbnn", "fracbnn_published", "lenet"})
    look_at(name, {});
}

}  // namespace
}  // namespace qfx::circuit
