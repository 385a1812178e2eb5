#include "plays.h"

#include <algorithm>
#include <fmt/format.h>

#include "qfx/graph/outputs.h"

namespace qfx::verify {
namespace {

std::int64_t beats(const backends::Port& port, const graph::FrozenNode& node) {
  return graph::element_count(node.shape) / port.lanes;
}

// A row of an image, of a sequence or vector a part.
std::int64_t row(const backends::Port& port, const graph::FrozenNode& node) {
  const std::int64_t rows = node.shape.size() == 3 ? node.shape[1] : 3;
  return std::max<std::int64_t>(1, beats(port, node) / rows);
}

}  // namespace

std::vector<NamedPlay> stalls(const backends::Project& project, const graph::FrozenModel& model,
                              std::int64_t interval, std::uint64_t seed) {
  const std::int64_t in_row = row(project.input, model.input());
  const graph::FrozenNode& output = graph::first_output(model);
  const std::int64_t out_row = row(project.outputs[0], output);
  // Exactly as fast as the slowest engine, where that is whole, and slower by one.
  const std::int64_t rate =
      std::max<std::int64_t>(1, interval / beats(project.input, model.input()));
  const std::int64_t drain =
      std::max<std::int64_t>(1, interval / beats(project.outputs[0], output));
  const auto every = [](std::int64_t cycles) { return fmt::format("every:{}", cycles); };
  const int inner = static_cast<int>(seed % 1000) + 1;
  std::vector<NamedPlay> plays{
      {"a source one cycle in two", {.source = "every:2"}},
      {"a source one cycle in seven", {.source = "every:7", .tlast = "none"}},
      {"a sink one cycle in seven", {.sink = "every:7", .tlast = "each"}},
      {"bursts of a row",
       {.source = fmt::format("burst:{0}:{0}", in_row),
        .sink = fmt::format("burst:{0}:{0}", out_row)}},
      {"both at random", {.source = "random:7", .sink = "random:9"}},
      {"at the engines' own rate", {.source = every(rate), .sink = every(drain)}},
      {"slower by one", {.source = every(rate + 1), .sink = every(drain + 1)}},
      {"inside FIFOs", {.stalls = 5, .seed = inner}},
      {"everywhere", {.source = "random:11", .sink = "random:6", .stalls = 11, .seed = inner + 1}}};
  if (model.outputs.size() > 1)
    plays.push_back({"outputs taken at different speeds",
                     {.source = "random:13", .sink = "every:9,always,random:3", .tlast = "each"}});
  return plays;
}

}  // namespace qfx::verify
