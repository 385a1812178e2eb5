// Microseconds of an image in the integer engine: the zoo's networks as a whole, and their
// convolutions alone.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "fracbnn.h"

#include "qfx/frontends/recipe.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/range.h"
#include "qfx/kernels/pixel_conv.h"
#include "qfx/runtime/engine.h"

namespace qfx::runtime {
namespace {

// Images that come together; the engine cuts them into blocks that its caches hold.
constexpr std::int64_t kBatch = 8;

// With random parameters. width: of every tensor that does not bring its own format.
graph::FrozenModel network(const std::string& name, int width) {
  constexpr int kActivationBits = 3, kParameterBits = 2;  // integer bits, the sign among them
  graph::Model model =
      frontends::zoo(name, {3, 32, 32}, {.divisor = 256, .mean = {}, .std = {}}, 10, 1);
  const auto set = [&](graph::QuantSpec& spec, int int_bits) {
    spec.width = width;
    spec.int_bits = int_bits;
  };
  for (graph::Node& node : model.nodes) {
    if (!graph::own_format(node.op)) set(node.spec, kActivationBits);
    for (auto& [role, param] : node.params)
      if (!graph::own_format(node.op, role)) set(param.spec, kParameterBits);
  }
  return graph::freeze(model);
}

std::vector<std::int32_t> random_values(const graph::Interval& range, std::int64_t count) {
  std::mt19937_64 generator(1);
  std::vector<std::int32_t> values(static_cast<std::size_t>(count));
  for (std::int32_t& value : values)
    value = static_cast<std::int32_t>(
        range.lo + static_cast<std::int64_t>(generator() %
                                             static_cast<std::uint64_t>(range.hi - range.lo + 1)));
  return values;
}

double seconds_now() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

// The shortest call of many, for so long: what others do to the machine makes a call longer.
template <class Run>
double shortest(double seconds, const Run& run) {
  run();
  double best = std::numeric_limits<double>::infinity();
  for (const double end = seconds_now() + seconds; seconds_now() < end;) {
    const double start = seconds_now();
    run();
    best = std::min(best, seconds_now() - start);
  }
  return best;
}

// Microseconds of an image.
double whole(const graph::FrozenModel& model, int threads, double seconds) {
  const Engine engine(model, threads);
  const std::vector<std::int32_t> input =
      random_values(engine.analyzed().range(0).output,
                    kBatch * graph::element_count(engine.model().input().shape));
  return shortest(seconds, [&] { engine.run(input, kBatch); }) / kBatch * 1e6;
}

// Exact sums of all conv2d, one after another, from operands in memory to sums in memory.
double convolutions(const std::string& name, double seconds) {
  const graph::Analyzed analyzed(network(name, 8));
  struct Conv {
    kernels::PixelConv kernel;
    std::vector<std::int16_t> scratch;
    std::vector<std::int8_t> x;
    std::vector<std::int32_t> y;
  };
  std::vector<Conv> convs;
  for (graph::NodeId id = 1; id < std::ssize(analyzed.model().nodes); ++id) {
    const auto* op = std::get_if<graph::Conv2d>(&analyzed.node(id).op);
    if (op == nullptr) continue;
    const graph::Shape& in = analyzed.source(id).shape;
    const kernels::ConvShape shape = kernels::conv_shape(*op, in[0], in[1], in[2]);
    const graph::Interval& x = analyzed.source_range(id);
    const int no_grid[] = {0};  // of raw values
    kernels::PixelConv kernel(shape, analyzed.node(id).params.at(graph::Role::Weight).raw, x.lo,
                              x.hi, 0, no_grid);
    std::vector<std::int16_t> scratch = kernel.scratch();
    const std::int64_t outputs = graph::element_count(analyzed.node(id).shape);
    convs.push_back({std::move(kernel), std::move(scratch),
                     std::vector<std::int8_t>(static_cast<std::size_t>(graph::element_count(in))),
                     std::vector<std::int32_t>(static_cast<std::size_t>(outputs))});
  }
  return shortest(seconds,
                  [&] {
                    for (Conv& conv : convs)
                      conv.kernel.run(conv.x.data(), conv.y.data(), conv.scratch.data());
                  }) *
         1e6;
}

nlohmann::json measure(const std::string& name, double seconds) {
  nlohmann::json rows;
  const auto add = [&](const std::string& row, double microseconds) {
    rows[row] = microseconds;
    fmt::print("{:16} {:26} {:9.1f} us an image\n", name, row, microseconds);
  };
  const auto add_whole = [&](const std::string& formats, const graph::FrozenModel& model) {
    for (const int threads : {1, 2})
      add(fmt::format("{}, {} thread{}", formats, threads, threads == 1 ? "" : "s"),
          whole(model, threads, seconds));
  };
  if (name.starts_with("fracbnn")) {
    add_whole("16/12 bits", bench::fracbnn(name));
    return rows;
  }
  for (const int width : {8, 16}) add_whole(fmt::format("{} bits", width), network(name, width));
  add("convolutions alone, 8 bits", convolutions(name, seconds));
  return rows;
}

}  // namespace
}  // namespace qfx::runtime

int main(int argc, char** argv) {
  CLI::App app("Microseconds of an image in the integer engine, on networks of the zoo.");
  double seconds = 2;
  std::string json;
  std::vector<std::string> networks{"resnet20", "mobilenet_small", "fracbnn", "fracbnn_published"};
  app.add_option("--seconds", seconds, "of each measurement");
  app.add_option("--json", json, "file for the figures");
  app.add_option("--network", networks, "of the zoo, for images of 3x32x32");
  CLI11_PARSE(app, argc, argv);
  nlohmann::json results;
  for (const std::string& name : networks) results[name] = qfx::runtime::measure(name, seconds);
  if (!json.empty()) std::ofstream(json) << results.dump(1) << '\n';
}
