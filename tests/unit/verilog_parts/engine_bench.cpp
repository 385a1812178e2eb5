#include "unit/verilog_parts/engine_bench.h"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::test {
namespace {

using circuit::Circuit;
using circuit::Engine;
using circuit::Link;

// A source offers its words one after another, each until it is taken, at random times; what it
// shows in between is noise. A sink takes at random times and compares; a word that is waiting must
// stay.
constexpr const char* kModules = R"(
module bench_source #(parameter WIDTH = 8, COUNT = 1, STALLS = 0, SEED = 1, FILE = "") (
    input wire clk, input wire rst, output wire valid, input wire ready,
    output wire [WIDTH-1:0] data);
  reg [WIDTH-1:0] words [0:COUNT-1];
  initial $readmemh(FILE, words);
  reg [31:0] at, random;
  reg offers;
  assign valid = offers && at < COUNT;
  assign data = valid ? words[at] : {((WIDTH + 31) / 32){random}};
  initial random = SEED;
  always @(posedge clk) begin
    random <= {random[30:0], random[31] ^ random[21] ^ random[1] ^ random[0]};
    if (rst) at <= 0;
    else if (valid && ready) at <= at + 1;
    if (rst || !offers || ready) offers <= STALLS == 0 || random[3] ^ random[7];
  end
endmodule

module bench_sink #(parameter WIDTH = 8, COUNT = 1, STALLS = 0, SEED = 1, FILE = "") (
    input wire clk, input wire rst, input wire valid, output wire ready,
    input wire [WIDTH-1:0] data, output wire done, output reg [31:0] errors,
    output reg [31:0] last);
  reg [WIDTH-1:0] words [0:COUNT-1];
  initial $readmemh(FILE, words);
  reg [31:0] at, random, cycle;
  reg takes, waits;
  reg [WIDTH-1:0] waiting;
  assign ready = takes && at < COUNT;
  assign done = at == COUNT;
  initial begin random = SEED; errors = 0; end
  always @(posedge clk) begin
    random <= {random[30:0], random[31] ^ random[21] ^ random[1] ^ random[0]};
    takes <= STALLS == 0 || random[5] ^ random[9];
    if (rst) begin
      at <= 0; cycle <= 0; waits <= 0;
    end else begin
      cycle <= cycle + 1;
      waits <= valid && !ready;
      waiting <= data;
      if (waits && (!valid || data !== waiting)) errors <= errors + 1;
      if (valid && ready) begin
        if (data !== words[at]) errors <= errors + 1;
        at <= at + 1;
        last <= cycle;
      end
    end
  end
endmodule
)";

// The processes between an engine's inputs and its output.
std::vector<circuit::ProcessId> processes_of(const Engine& engine) {
  if (const auto* chain = std::get_if<circuit::Chain>(&engine.part)) return chain->processes;
  if (const auto* spread = std::get_if<circuit::Spread>(&engine.part)) return {spread->process};
  if (const auto* plane = std::get_if<circuit::Plane>(&engine.part)) return {plane->process};
  return {std::get<circuit::Softmax>(engine.part).process};
}

// The words of a stream for so many frames. What a gate reads has a number for each channel, of
// which every pixel has its own copy.
std::string words_of(const Link& link, const dataflow::Layout& layout,
                     const runtime::RawTensor& values, std::int64_t frames) {
  QFX_ASSERT(link.group % link.lanes == 0);
  QFX_ASSERT(link.words() * link.lanes == layout.elements());
  const std::int64_t elements = static_cast<std::int64_t>(values.size()) / frames;
  const bool is_repeated = elements != layout.elements();
  QFX_ASSERT(!is_repeated || elements == layout.lanes);
  std::string text;
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    for (std::int64_t first = 0; first < layout.elements(); first += link.lanes) {
      std::string bits;
      for (std::int64_t lane = link.lanes - 1; lane >= 0; --lane) {
        const std::int64_t at = first + lane;
        const std::int64_t beat = at / layout.lanes, in_beat = at % layout.lanes;
        const std::int64_t raw = values[static_cast<std::size_t>(
            frame * elements + (is_repeated ? in_beat : layout.element(beat, in_beat)))];
        for (int bit = link.element_width - 1; bit >= 0; --bit)
          bits += static_cast<char>('0' + ((raw >> bit) & 1));
      }
      bits.insert(0, (4 - bits.size() % 4) % 4, '0');
      for (std::size_t i = 0; i < bits.size(); i += 4)
        text += fmt::format("{:x}", std::stoi(bits.substr(i, 4), nullptr, 2));
      text += '\n';
    }
  }
  return text;
}

std::int64_t last_giving_step(const Engine& engine, std::int64_t frames) {
  std::int64_t step = 0, last = 0;
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    for (const circuit::Round& round : engine.behaviour.rounds) {
      step += round.count;
      if (round.period > 0) last = step - 1 - round.count % round.period;
    }
  }
  return last;
}

}  // namespace

void EngineBench::add(const Circuit& circuit, const Engine& engine,
                      const backends::verilog::EngineText& text, const std::string& name,
                      const std::vector<runtime::RawTensor>& values, std::int64_t frames) {
  sources_.files[name + ".v"] = text.module;
  for (const auto& [file, content] : text.memories) sources_.files[file] = content;
  for (const std::string& module : text.support)
    if (std::ranges::count(sources_.support, module) == 0) sources_.support.push_back(module);
  for (const bool stalls : {false, true}) {
    const std::size_t index = instances_.size();
    std::string ports;
    const auto attach = [&](circuit::LinkId id, const dataflow::Layout& layout,
                            const std::string& port, bool is_input) {
      const Link& link = circuit.links[static_cast<std::size_t>(id)];
      const std::string file = fmt::format("{}_{}.mem", name, port);
      sources_.files[file] =
          words_of(link, layout, values[static_cast<std::size_t>(link.node)], frames);
      const std::string wires = fmt::format("e{}_{}", index, port);
      body_ += fmt::format(
          "  wire {0}_valid, {0}_ready;\n  wire [{1}:0] {0}_data;\n"
          "  bench_{2} #(.WIDTH({3}), .COUNT({4}), .STALLS({5}), .SEED({6}), .FILE(\"{7}\")) "
          "{0}_bench (\n    .clk(clk), .rst(rst), .valid({0}_valid), .ready({0}_ready), "
          ".data({0}_data){8});\n",
          wires, link.width() - 1, is_input ? "source" : "sink", link.width(),
          link.words() * frames, int{stalls}, 77 * index + ports.size() + 1, file,
          is_input ? ""
                   : fmt::format(", .done(done[{0}]), .errors(errors{0}), .last(last{0})", index));
      for (const char* signal : {"valid", "ready", "data"})
        ports += fmt::format(", .{0}_{1}({2}_{1})", port, signal, wires);
    };
    body_ += fmt::format("  wire [31:0] errors{0}, last{0};\n", index);
    // A stream's layout is not always its node's: some are put in another order on their way.
    const dataflow::Network& network = circuit.network;
    const std::vector<circuit::ProcessId> processes = processes_of(engine);
    const auto stream_layout = [&](dataflow::StreamId id) {
      return network.streams[static_cast<std::size_t>(id)].layout;
    };
    const auto process = [&](circuit::ProcessId id) -> const dataflow::Process& {
      return network.processes[static_cast<std::size_t>(id)];
    };
    for (std::size_t i = 0; i < engine.inputs.size(); ++i)
      attach(
          engine.inputs[i],
          stream_layout(processes.empty() ? network.input : process(processes.front()).inputs[i]),
          fmt::format("i{}", i), true);
    attach(engine.outputs[0],
           stream_layout(processes.empty() ? network.input : process(processes.back()).outputs[0]),
           "o0", false);
    body_ += fmt::format("  {} e{} (.clk(clk), .rst(rst){});\n", name, index, ports);
    instances_.push_back(
        {.name = fmt::format("{} ({}), {}", name, engine.name, stalls ? "stalled" : "unstalled"),
         .words = static_cast<int>(
             circuit.links[static_cast<std::size_t>(engine.outputs[0])].words() * frames),
         .last_cycle = stalls ? -1 : last_giving_step(engine, frames) + engine.latency});
  }
}

VerilogSources EngineBench::bench(bool has_clock) const {
  VerilogSources sources = sources_;
  sources.top = "bench";
  std::string text = kModules;
  text += has_clock ? "module bench;\n  reg clk;\n  initial clk = 0;\n  always #5 clk = !clk;\n"
                    : "module bench (input wire clk);\n";
  text += fmt::format("  reg [31:0] cycle;\n  initial cycle = 0;\n  wire [{}:0] done;\n",
                      instances_.size() - 1);
  text += "  wire rst = cycle < 3 || cycle == 44 || cycle == 45;\n" + body_;
  text +=
      "  reg [31:0] idle;\n  reg [31:0] waits;\n  initial waits = 0;\n"
      "  always @(posedge clk) begin\n    cycle <= cycle + 1;\n"
      "    if (cycle > 50 && &done) waits <= waits + 1;\n"
      "    if (waits == 20 || cycle == 2000000) begin\n";
  for (std::size_t i = 0; i < instances_.size(); ++i)
    text += fmt::format("      $display(\"%0d %0d %0d\", done[{0}], errors{0}, last{0});\n", i);
  text += "      $finish;\n    end\n  end\nendmodule\n";
  sources.files["bench.v"] = text;
  return sources;
}

std::vector<EngineBench::Result> EngineBench::results(const std::string& output) const {
  std::istringstream lines(output);
  std::vector<Result> results;
  for (const Instance& instance : instances_) {
    std::int64_t done = 0, errors = 0, last = 0;
    std::string line;
    while (std::getline(lines, line) && line.find("$readmem") != line.npos) continue;
    std::istringstream numbers(line);
    if (!(numbers >> done >> errors >> last))
      user_error("the bench said '{}' where it should have said three numbers", line);
    Result result{.name = instance.name, .failure = ""};
    if (done == 0)
      result.failure = "not all words came";
    else if (errors > 0)
      result.failure = fmt::format("{} of {} words differ", errors, instance.words);
    else if (instance.last_cycle >= 0 && last != instance.last_cycle)
      result.failure =
          fmt::format("the last word came in cycle {}, not {}", last, instance.last_cycle);
    results.push_back(result);
  }
  return results;
}

std::vector<EngineBench::Result> EngineBench::run_in_icarus() const {
  const VerilogSources all = bench(true);
  const TemporaryDirectory folder;
  write_sources(all, folder.path());
  return results(test::run_in_icarus(all, folder.path()));
}

std::vector<EngineBench::Result> EngineBench::run_in_verilator() const {
  const VerilogSources all = bench(false);
  const TemporaryDirectory folder;
  write_sources(all, folder.path());
  const auto program = verilate(all, folder.path(), R"(
#include "Vbench.h"
int main() {
  Vbench bench;
  while (!Verilated::gotFinish()) {
    bench.clk = !bench.clk;
    bench.eval();
  }
}
)",
                                {"-Wno-lint"});
  return results(run_checked({program.string()}, folder.path()));
}

std::string EngineBench::complaints(int count) const {
  std::string all;
  for (const auto& [file, text] : sources_.files) {
    if (!file.ends_with(".v") || count-- <= 0) continue;
    VerilogSources one{.top = file.substr(0, file.size() - 2),
                       .files = sources_.files,
                       .support = sources_.support};
    std::erase_if(one.files, [&](const auto& other) {
      return other.first.ends_with(".v") && other.first != file;
    });
    const TemporaryDirectory folder;
    write_sources(one, folder.path());
    all += test::complaints(one, folder.path());
  }
  return all;
}

}  // namespace qfx::test
