// Engines that move words: what they give under random stalls, element by element.
#include <gtest/gtest.h>

#include "backends/verilog/print_moves.h"
#include "support/random_numbers.h"
#include "support/rng.h"
#include "support/stream_bench.h"
#include "support/verilog_tools.h"

#include "qfx/base/file.h"
#include "qfx/dataflow/lower.h"
#include "qfx/fixed/raw.h"
#include "qfx/graph/builder.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Circuit;
using circuit::Engine;
using circuit::Link;
using test::BenchCase;

constexpr std::int64_t kFrames = 3;

// Modules, what they need, and what goes through them.
struct Bench {
  std::vector<BenchCase> cases;
  std::map<std::string, std::string> files;
  std::set<std::string> support;
  std::map<std::string, std::map<std::string, std::string>> memories;  // by module

  void add(const std::string& name, const EngineText& text, BenchCase one) {
    files[name + ".v"] = text.module;
    files.insert(text.memories.begin(), text.memories.end());
    memories[name] = text.memories;
    support.insert(text.support.begin(), text.support.end());
    one.module = name;
    cases.push_back(std::move(one));
  }

  void run(std::int64_t cycles) {
    const std::vector<std::string> modules(support.begin(), support.end());
    for (const BenchCase& one : cases) {
      test::VerilogSources alone{
          one.module, {{one.module + ".v", files[one.module + ".v"]}}, modules};
      alone.files.merge(memories[one.module]);
      const TemporaryDirectory folder;
      test::write_sources(alone, folder.path());
      EXPECT_EQ(test::complaints(alone, folder.path()), "") << one.module;
    }
    const std::string top = test::stream_bench(cases, cycles, files);
    files["top.v"] = top;
    const test::VerilogSources sources{"top", files, modules};
    const TemporaryDirectory folder;
    test::write_sources(sources, folder.path());
    EXPECT_EQ(test::run_in_icarus(sources, folder.path()), test::all_ok(cases));
  }
};

std::vector<std::int64_t> random_elements(test::Rng& rng, std::int64_t count, int width) {
  std::vector<std::int64_t> elements;
  for (std::int64_t i = 0; i < count; ++i)
    elements.push_back(static_cast<std::int64_t>(rng.next()) >> (64 - width));
  return elements;
}

// Elements of a link's frames as words; what lies above the rest of a group is anything.
test::PortWords words_of(test::Rng& rng, const std::string& port, const Link& link,
                         const std::vector<std::int64_t>& elements) {
  test::PortWords result{port, link.width(), {}};
  for (std::size_t at = 0; at < elements.size();) {
    std::vector<std::int64_t> word;
    const std::int64_t left = link.group - static_cast<std::int64_t>(at) % link.group;
    for (std::int64_t lane = 0; lane < link.lanes; ++lane)
      word.push_back(lane < left ? elements[at + lane] : random_elements(rng, 1, 20)[0]);
    result.words.push_back(test::hex_word(word, link.element_width));
    at += std::min(left, link.lanes);
  }
  return result;
}

// A circuit of one engine, for parts that need no network.
Circuit between(const graph::FrozenModel& model, std::vector<Link> links, circuit::Part part,
                int outputs) {
  Circuit circuit{
      .network = dataflow::lower(graph::Analyzed(model)), .links = std::move(links), .engines = {}};
  Engine engine{.name = "one", .part = std::move(part), .inputs = {0}, .outputs = {1}};
  if (outputs == 2) engine.outputs.push_back(2);
  circuit.engines.push_back(engine);
  return circuit;
}

graph::FrozenModel any_model() {
  graph::Builder builder("any");
  builder.relu(builder.input({4}));
  return test::with_random_numbers(builder.finish());
}

TEST(VerilogMoves, ARepackKeepsEveryElementInOrder) {
  struct Shape {
    std::int64_t in, out, group, groups;
  };
  const std::vector<Shape> shapes{{1, 4, 8, 5},   {4, 1, 8, 5},   {2, 8, 16, 3},  {8, 2, 16, 3},
                                  {3, 2, 6, 7},   {2, 3, 6, 7},   {3, 5, 5, 6},   {4, 5, 5, 6},
                                  {3, 1, 5, 9},   {3, 3, 5, 9},   {4, 2, 6, 5},   {2, 9, 3, 6},
                                  {7, 7, 10, 7},  {6, 4, 8, 9},   {5, 1, 5, 4},   {1, 1, 3, 3},
                                  {16, 6, 48, 2}, {5, 12, 7, 12}, {12, 5, 10, 2}, {1, 40, 40, 2}};
  test::Rng rng(3);
  const graph::FrozenModel model = any_model();
  Bench bench;
  for (const Shape& shape : shapes) {
    const int width = static_cast<int>(rng.between(1, 9));
    const std::int64_t frame = shape.group * shape.groups;
    const Link in{
        .element_width = width, .lanes = shape.in, .group = shape.group, .groups = shape.groups};
    const Link out{.element_width = width, .lanes = shape.out, .group = frame, .groups = 1};
    const Circuit circuit = between(model, {in, out}, circuit::Repack{}, 1);
    const std::vector<std::int64_t> elements = random_elements(rng, kFrames * frame, width);
    const std::string name = fmt::format("repack_{}_{}_{}", shape.in, shape.out, shape.group);
    bench.add(name, print_repack({circuit, name}, circuit.engines[0], circuit::Repack{}),
              {"", {words_of(rng, "i0", in, elements)}, {words_of(rng, "o0", out, elements)}});
  }
  bench.run(2000);
}

TEST(VerilogMoves, AForkGivesEveryWordTwice) {
  test::Rng rng(4);
  const graph::FrozenModel model = any_model();
  Bench bench;
  for (const int width : {1, 7}) {
    const Link link{.element_width = width, .lanes = 3, .group = 9, .groups = 11};
    const Circuit circuit = between(model, {link, link, link}, circuit::Fork{}, 2);
    const std::vector<std::int64_t> elements = random_elements(rng, kFrames * 99, width);
    const std::string name = fmt::format("fork_{}", width);
    const test::PortWords words = words_of(rng, "i0", link, elements);
    bench.add(name, print_fork({circuit, name}, circuit.engines[0], circuit::Fork{}),
              {"", {words}, {{"o0", words.width, words.words}, {"o1", words.width, words.words}}});
  }
  bench.run(1500);
}

// The engine of this part in a network, its links with it.
template <class P>
const Engine& engine_with(const Circuit& circuit) {
  for (const Engine& engine : circuit.engines)
    if (std::holds_alternative<P>(engine.part)) return engine;
  throw std::runtime_error("no such engine");
}

TEST(VerilogMoves, AJoinTakesItsInputsInTurnsAndCasts) {
  test::Rng rng(5);
  Bench bench;
  for (const std::int64_t lanes : {1, 2}) {
    graph::Builder builder("join");
    const graph::NodeId x = builder.input({4, 2, 3});
    const graph::NodeId y = builder.conv2d(x, {.out_channels = 6, .kernel = {1, 1}});
    builder.concat({x, y, builder.relu(x)}, "join");
    const graph::FrozenModel model = test::with_random_numbers(
        builder.finish(), {.seed = 7, .adjust = [&](graph::FrozenNode& node) {
                             if (node.name == "join") {
                               node.format.width = 5;
                               node.format.int_bits = 3;
                               node.format.is_signed = true;
                             }
                           }});
    const Circuit circuit =
        circuit::fold(dataflow::lower(graph::Analyzed(model)), {{"join", {lanes, 0}}});
    const Engine& engine = engine_with<circuit::Join>(circuit);
    const fixed::Format& to = model.nodes.back().format;
    ASSERT_EQ(engine.inputs.size(), 3U);
    std::vector<std::vector<std::int64_t>> elements;
    BenchCase one;
    for (std::size_t i = 0; i < 3; ++i) {
      const Link& link = circuit.links[engine.inputs[i]];
      EXPECT_EQ(link.lanes, lanes);
      elements.push_back(random_elements(rng, kFrames * link.group * link.groups, 60));
      const fixed::Format& from = circuit.network.node(link.node).format;
      for (std::int64_t& element : elements.back())
        element =
            fixed::min_raw(from) + ((element % (fixed::max_raw(from) - fixed::min_raw(from) + 1)) +
                                    (fixed::max_raw(from) - fixed::min_raw(from) + 1)) %
                                       (fixed::max_raw(from) - fixed::min_raw(from) + 1);
      one.inputs.push_back(words_of(rng, fmt::format("i{}", i), link, elements.back()));
    }
    std::vector<std::int64_t> joined;
    for (std::int64_t pixel = 0; pixel < kFrames * 6; ++pixel)
      for (std::size_t i = 0; i < 3; ++i) {
        const Link& link = circuit.links[engine.inputs[i]];
        const int frac_bits = circuit.network.node(link.node).format.frac_bits();
        for (std::int64_t c = 0; c < link.group; ++c)
          joined.push_back(fixed::cast_raw(elements[i][pixel * link.group + c], frac_bits, to));
      }
    one.outputs.push_back(words_of(rng, "o0", circuit.links[engine.outputs[0]], joined));
    const std::string name = fmt::format("join_{}", lanes);
    bench.add(name, print_join({circuit, name}, engine, std::get<circuit::Join>(engine.part)),
              std::move(one));
  }
  bench.run(2000);
}

TEST(VerilogMoves, ARepeatGivesItsWordsForEveryPixel) {
  test::Rng rng(7);
  Bench bench;
  for (const std::int64_t lanes : {1, 2, 6}) {
    for (const graph::Pair& size : {graph::Pair{2, 3}, graph::Pair{1, 2}}) {
      graph::Builder builder("repeat");
      const graph::NodeId x = builder.input({6, size[0], size[1]});
      builder.append(graph::Gate{}, {x, builder.global_avg_pool2d(x)}, "gate");
      const graph::FrozenModel model = test::with_random_numbers(builder.finish());
      const Circuit circuit =
          circuit::fold(dataflow::lower(graph::Analyzed(model)), {{"gate", {lanes, 0}}});
      const Engine& engine = engine_with<circuit::Repeat>(circuit);
      const Link& in = circuit.links[engine.inputs[0]];
      const Link& out = circuit.links[engine.outputs[0]];
      EXPECT_EQ(in.lanes, lanes);
      const std::vector<std::int64_t> elements =
          random_elements(rng, kFrames * 6, in.element_width);
      std::vector<std::int64_t> repeated;
      for (std::int64_t frame = 0; frame < kFrames; ++frame)
        for (std::int64_t pixel = 0; pixel < size[0] * size[1]; ++pixel)
          repeated.insert(repeated.end(), elements.begin() + frame * 6,
                          elements.begin() + (frame + 1) * 6);
      const std::string name = fmt::format("repeat_{}_{}", lanes, size[0]);
      bench.add(name, print_repeat({circuit, name}, engine, std::get<circuit::Repeat>(engine.part)),
                {"", {words_of(rng, "i0", in, elements)}, {words_of(rng, "o0", out, repeated)}});
    }
  }
  bench.run(1500);
}

struct MoveCase {
  graph::Op op;
  graph::Shape shape;
  std::int64_t lanes;
  std::int64_t buffer;  // words it keeps; 0: none
};

// What it gives, under stalls, is its view's; what it keeps is two blocks.
TEST(VerilogMoves, AMoveGivesTheElementsOfItsViewAndKeepsTwoBlocks) {
  test::Rng rng(7);
  Bench bench;
  const std::vector<MoveCase> cases{
      {graph::ChannelShuffle{2}, {6, 2, 3}, 1, 12},
      {graph::Upsample{{2, 3}}, {4, 3, 5}, 2, 20},
      {graph::Upsample{{1, 2}}, {3, 2, 3}, 3, 2},
      {graph::DepthToSpace{2}, {8, 3, 2}, 2, 16},
      {graph::DepthToSpace{2, true}, {8, 2, 3}, 1, 48},
      {graph::SpaceToDepth{2}, {2, 4, 6}, 2, 24},
      {graph::Permute{{2, 0, 1}}, {2, 3, 4}, 1, 48},
      {graph::Slice{.begin = {0, 1, 1}, .end = {4, 4, 3}, .step = {}}, {4, 5, 4}, 4, 0},
      {graph::Slice{.begin = {2, 0, 0}, .end = {6, 3, 3}, .step = {1, 2, 1}}, {8, 3, 3}, 2, 0},
      {graph::Slice{.begin = {1}, .end = {20}, .step = {3}}, {22}, 1, 0},
      {graph::Rearrange{{3, 4}, {3, 2, 2}, {0, 1, 1}, {-2, 3, -1}, {4, 2}}, {5, 7}, 1, 35},
      {graph::Rearrange{{1}, {}, {}, {}, {5}}, {9}, 1, 0},
  };
  for (const MoveCase& c : cases) {
    graph::Builder builder("move");
    builder.append(c.op, {builder.input(c.shape)}, "move");
    const graph::FrozenModel model = test::with_random_numbers(builder.finish());
    const Circuit circuit =
        circuit::fold(dataflow::lower(graph::Analyzed(model)), {{"move", {c.lanes, 0}}});
    const Engine& engine = engine_with<circuit::Move>(circuit);
    const std::string name = fmt::format("{}_{}", graph::kind_name(c.op), bench.cases.size());
    EXPECT_EQ(engine.behaviour.buffer, c.buffer) << name;
    const Link& in = circuit.links[engine.inputs[0]];
    const Link& out = circuit.links[engine.outputs[0]];
    const std::int64_t frame = graph::element_count(c.shape);
    const std::vector<std::int64_t> elements =
        random_elements(rng, kFrames * frame, in.element_width);
    std::vector<std::int64_t> moved;
    for (std::int64_t i = 0; i < kFrames; ++i)
      for (const std::int64_t source : graph::sources_of(graph::moves_of(
               graph::view_of(c.op, c.shape), c.shape, graph::Arrangement::ChannelsLast)))
        moved.push_back(elements[i * frame + source]);
    bench.add(name, print_move({circuit, name}, engine, std::get<circuit::Move>(engine.part)),
              {"", {words_of(rng, "i0", in, elements)}, {words_of(rng, "o0", out, moved)}});
  }
  bench.run(3000);
}

TEST(VerilogMoves, AReorderTurnsPixelsIntoChannels) {
  test::Rng rng(6);
  Bench bench;
  for (const graph::Shape& shape : {graph::Shape{5, 2, 3}, {1, 3, 5}, {4, 1, 2}}) {
    graph::Builder builder("reorder");
    const graph::NodeId x = builder.input(shape);
    const graph::NodeId flat = builder.flatten(x);
    builder.concat({flat, flat});
    const graph::FrozenModel model = test::with_random_numbers(builder.finish());
    const Circuit circuit = circuit::fold(dataflow::lower(graph::Analyzed(model)), {});
    const Engine& engine = engine_with<circuit::Reorder>(circuit);
    const Link& in = circuit.links[engine.inputs[0]];
    const Link& out = circuit.links[engine.outputs[0]];
    const std::int64_t channels = shape[0], pixels = shape[1] * shape[2];
    const std::vector<std::int64_t> elements =
        random_elements(rng, kFrames * channels * pixels, in.element_width);
    std::vector<std::int64_t> turned;
    for (std::int64_t frame = 0; frame < kFrames; ++frame)
      for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t p = 0; p < pixels; ++p)
          turned.push_back(elements[(frame * pixels + p) * channels + c]);
    const std::string name = fmt::format("reorder_{}", channels);
    bench.add(name, print_reorder({circuit, name}, engine, std::get<circuit::Reorder>(engine.part)),
              {"", {words_of(rng, "i0", in, elements)}, {words_of(rng, "o0", out, turned)}});
  }
  bench.run(1500);
}

}  // namespace
}  // namespace qfx::backends::verilog
