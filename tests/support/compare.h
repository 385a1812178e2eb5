// Two traces of one model, value by value.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "qfx/graph/outputs.h"

namespace qfx::test {

// The first value that differs, in words; empty if none does. Traces hold one row-major tensor a
// node.
template <class Expected, class Actual>
std::string first_difference(const graph::FrozenModel& model,
                             const std::vector<std::vector<Expected>>& expected,
                             const std::vector<std::vector<Actual>>& actual) {
  if (expected.size() != actual.size())
    return fmt::format("{} tensors were traced, not {}", actual.size(), expected.size());
  for (std::size_t id = 0; id < expected.size(); ++id) {
    const std::string& name = model.nodes[id].name;
    if (expected[id].size() != actual[id].size())
      return fmt::format("node '{}' has {} values, not {}", name, actual[id].size(),
                         expected[id].size());
    for (std::size_t i = 0; i < expected[id].size(); ++i)
      if (expected[id][i] != actual[id][i])
        return fmt::format("node '{}' ({}) at {}: expected {}, got {}", name,
                           graph::kind_name(model.nodes[id].op), i, expected[id][i], actual[id][i]);
  }
  return "";
}

// What leaves the network, as Engine::run gives it: of a trace of so many samples.
template <class Value>
std::vector<Value> outputs_of(const graph::FrozenModel& model,
                              const std::vector<std::vector<Value>>& trace, std::int64_t batch) {
  std::vector<Value> outputs;
  for (std::int64_t sample = 0; sample < batch; ++sample)
    for (const graph::OutputPart& part : graph::output_parts(model)) {
      const auto begin = trace[part.node].begin() + sample * part.size;
      outputs.insert(outputs.end(), begin, begin + part.size);
    }
  return outputs;
}

}  // namespace qfx::test
