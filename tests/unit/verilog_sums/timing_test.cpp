// Engines to the cycle: with words always offered and always taken, each comes out when its
// behaviour and latency say.
#include <gtest/gtest.h>

#include "engine_bench.h"
#include "support/random_numbers.h"
#include "support/verilog_tools.h"

#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Circuit;
using circuit::Engine;

// The cycles in which words are taken from the engine, the first cycle after reset being 0.
std::vector<std::int64_t> cycles_of(const Engine& engine, std::int64_t words,
                                    std::int64_t frame_words) {
  const circuit::Behaviour& behaviour = engine.behaviour;
  std::vector<std::int64_t> taken;
  std::int64_t accepted = 0, freed = 0, frame = 0;
  std::size_t round = 0;
  std::int64_t step = 0;
  const std::int64_t offered = test::kFrames * frame_words;
  for (std::int64_t cycle = 0; static_cast<std::int64_t>(taken.size()) < words; ++cycle) {
    const circuit::Round& now = behaviour.rounds[round];
    const bool accepts = accepted < offered && accepted - freed < behaviour.buffer;
    const bool begins = now.takes != 0
                            ? accepted < offered
                            : accepted >= now.need + frame * frame_words || behaviour.buffer == 0;
    accepted += accepts || (now.takes != 0 && begins) ? 1 : 0;
    if (!begins) continue;
    ++step;
    if (now.period > 0 && step % now.period == 0) taken.push_back(cycle + engine.latency);
    if (step < now.count) continue;
    step = 0;
    if (behaviour.buffer > 0) freed = now.free + frame * frame_words;
    if (++round < behaviour.rounds.size()) continue;
    round = 0;
    ++frame;
  }
  return taken;
}

constexpr const char* kBench = R"(
module top;
  reg clk = 0, rst = 1;
  always #1 clk = !clk;
  reg [IN-1:0] words[0:WORDS-1];
  integer sent = 0, cycle = 0, taken = 0;
  initial $readmemh("words.hex", words);
  wire i_ready, o_valid;
  wire [OUT-1:0] o_data;
  wire i_valid = !rst && sent < WORDS;
  DUT dut (.clk(clk), .rst(rst), .i0_valid(i_valid), .i0_ready(i_ready),
      .i0_data(words[i_valid ? sent : 0]), .o0_valid(o_valid), .o0_ready(1'b1), .o0_data(o_data));
  initial begin repeat (3) @(posedge clk); rst <= 0; end
  always @(posedge clk) if (!rst) begin
    cycle <= cycle + 1;
    if (i_valid && i_ready) sent <= sent + 1;
    if (o_valid) begin
      $display("%0d", cycle);
      taken <= taken + 1;
      if (taken + 1 == TAKEN) $finish;
    end
    if (cycle == 100000) $finish;
  end
endmodule
)";

std::string replaced(std::string text, const std::string& word, const std::string& by) {
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + by.size()))
    text.replace(at, word.size(), by);
  return text;
}

void expect_cycles(const graph::Model& model, const dataflow::Fold& fold) {
  const graph::FrozenModel frozen = test::with_random_numbers(model);
  const auto values = runtime::Engine(frozen, 1).run_all(
      test::random_inputs(frozen, 3, test::kFrames), test::kFrames);
  const Circuit circuit =
      circuit::fold(dataflow::lower(graph::Analyzed(frozen)), {{"layer", fold}});
  for (const Engine& engine : circuit.engines) {
    if (engine.name.find("layer") == engine.name.npos ||
        !(std::holds_alternative<circuit::Sums>(engine.part) ||
          std::holds_alternative<circuit::Pool>(engine.part)))
      continue;
    const test::EngineUnderTest one = test::engine_case(circuit, engine, values, "dut");
    const test::PortWords &in = one.words.inputs[0], &out = one.words.outputs[0];
    std::map<std::string, std::string> files = one.text.memories;
    files["dut.v"] = one.text.module;
    for (const std::string& word : in.words) files["words.hex"] += word + "\n";
    std::string bench = replaced(kBench, "DUT", "dut");
    bench = replaced(bench, "WORDS", std::to_string(in.words.size()));
    bench = replaced(bench, "TAKEN", std::to_string(out.words.size()));
    bench = replaced(bench, "[IN-1", fmt::format("[{}", in.width - 1));
    files["top.v"] = replaced(bench, "[OUT-1", fmt::format("[{}", out.width - 1));
    const TemporaryDirectory folder;
    const test::VerilogSources sources{
        "top", files, {one.text.support.begin(), one.text.support.end()}};
    test::write_sources(sources, folder.path());
    std::string expected;
    for (const std::int64_t cycle :
         cycles_of(engine, static_cast<std::int64_t>(out.words.size()),
                   static_cast<std::int64_t>(in.words.size()) / test::kFrames))
      expected += std::to_string(cycle) + "\n";
    EXPECT_EQ(test::run_in_icarus(sources, folder.path()), expected)
        << "pe " << fold.pe << ", simd " << fold.simd;
  }
}

TEST(VerilogTiming, WordsComeInTheCycleThatIsPromised) {
  graph::Builder conv("conv");
  conv.conv2d(conv.input({4, 4, 5}),
              {.out_channels = 6, .kernel = {3, 3}, .stride = {1, 2}, .padding = {1, 1}}, "layer");
  for (const dataflow::Fold& fold :
       {dataflow::Fold{1, 1}, {2, 4}, {6, 2}, {6, 4}, {4, 2}, {1, 36}, {6, 36}, {2, 36}})
    expect_cycles(conv.finish(), fold);

  graph::Builder levels("levels");
  levels.fractional_conv2d(levels.quant_sign(levels.input({4, 3, 3}), {.bits = 2}, "levels"),
                           {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}}, "layer");
  for (const dataflow::Fold& fold : {dataflow::Fold{2, 2}, {4, 4}, {4, 36}})
    expect_cycles(levels.finish(), fold);

  graph::Builder stepwise("stepwise");
  stepwise.conv2d(stepwise.input({2, 3, 3}),
                  {.out_channels = 3,
                   .kernel = {2, 2},
                   .padding = {1, 1},
                   .accumulator = fixed::Format{12, 6, true}},
                  "layer");
  expect_cycles(stepwise.finish(), {2, 1});

  graph::Builder pool("pool");
  pool.avg_pool2d(pool.input({4, 4, 4}), {.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}},
                  "layer");
  for (const dataflow::Fold& fold : {dataflow::Fold{1, 0}, {4, 0}})
    expect_cycles(pool.finish(), fold);
}

}  // namespace
}  // namespace qfx::backends::verilog
