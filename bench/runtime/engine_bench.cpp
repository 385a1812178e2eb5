// Images a second of the integer engine on a small convolutional network, 8-bit formats.
#include <benchmark/benchmark.h>
#include <random>

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/range.h"
#include "qfx/graph/totals.h"
#include "qfx/runtime/engine.h"

namespace qfx::runtime {
namespace {

using graph::NodeId;

NodeId conv_block(graph::Builder& builder, NodeId x, std::int64_t channels, std::int64_t stride) {
  x = builder.conv2d(
      x,
      {.out_channels = channels, .kernel = {3, 3}, .stride = {stride, stride}, .padding = {1, 1}});
  return builder.relu(builder.batch_norm(x));
}

// 1.26 million products an image: 3x3 convolutions 1 -> 16 at 28x28, 16 -> 16 at 14x14, 16 -> 32
// with stride 2, 32 -> 32 at 7x7 with a residual add, linear.
graph::Model small_network(int width) {
  graph::Builder builder("small");
  NodeId x = builder.input({1, 28, 28}, graph::Preprocess{.divisor = 256, .mean = {}, .std = {}});
  x = builder.max_pool2d(conv_block(builder, x, 16, 1), {});
  x = conv_block(builder, x, 16, 1);
  const NodeId shortcut = conv_block(builder, x, 32, 2);
  x = builder.add(conv_block(builder, shortcut, 32, 1), shortcut);
  builder.linear(builder.flatten(x), {.out_features = 10});
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec.width = width;
    node.spec.int_bits = 2;
    for (auto& [name, param] : node.params) {
      param.spec.width = width;
      param.spec.int_bits = 2;
    }
  }
  return model;
}

// Arguments: width of every tensor, threads.
void BM_SmallNetwork(benchmark::State& state) {
  constexpr std::int64_t kBatch = 256;
  const Engine engine(graph::freeze(small_network(static_cast<int>(state.range(0)))),
                      static_cast<int>(state.range(1)));
  const graph::Interval range = graph::held_range(engine.model().input().format);
  std::mt19937_64 generator(1);
  std::vector<std::int32_t> input(kBatch * graph::element_count(engine.model().input().shape));
  for (std::int32_t& value : input)
    value = static_cast<std::int32_t>(
        range.lo + static_cast<std::int64_t>(generator() % (range.hi - range.lo + 1)));
  for (auto unused : state) benchmark::DoNotOptimize(engine.run(input, kBatch));
  const double images = static_cast<double>(state.iterations()) * kBatch;
  state.counters["images/s"] = benchmark::Counter(images, benchmark::Counter::kIsRate);
  state.counters["products/s"] =
      benchmark::Counter(images * static_cast<double>(graph::totals(engine.model()).products),
                         benchmark::Counter::kIsRate);
  state.SetLabel(engine.kernel_name(5));
}
BENCHMARK(BM_SmallNetwork)
    ->ArgNames({"width", "threads"})
    ->Args({8, 1})
    ->Args({8, 2})
    ->Args({16, 1})
    ->Args({16, 2})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace qfx::runtime

BENCHMARK_MAIN();
