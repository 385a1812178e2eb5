// qfx_fifo beside a model of its words, cycle by cycle; and its promises proved for a small one.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support/verilog_tools.h"

#include "qfx/base/file.h"

namespace qfx::test {
namespace {

struct Kind {
  int depth, block;
};
constexpr Kind kKinds[] = {{1, 0}, {2, 0}, {3, 0}, {64, 0}, {2, 1}, {65, 1}, {100, 1}, {70, 0}};
constexpr int kCount = static_cast<int>(std::size(kKinds));

VerilogSources all_kinds() {
  std::string text =
      "module fifos (input wire clk, input wire rst, input wire [7:0] i_valid,\n"
      "    output wire [7:0] i_ready, input wire [63:0] i_data, output wire [7:0] o_valid,\n"
      "    input wire [7:0] o_ready, output wire [63:0] o_data);\n";
  for (int i = 0; i < kCount; ++i)
    text += fmt::format(
        "  qfx_fifo #(.WIDTH(8), .DEPTH({1}), .BLOCK({2}), .SEED({0})) f{0} (.clk(clk), "
        ".rst(rst),\n"
        "    .i_valid(i_valid[{0}]), .i_ready(i_ready[{0}]), .i_data(i_data[{3}:{4}]),\n"
        "    .o_valid(o_valid[{0}]), .o_ready(o_ready[{0}]), .o_data(o_data[{3}:{4}]));\n",
        i, kKinds[i].depth, kKinds[i].block, 8 * i + 7, 8 * i);
  return {.top = "fifos", .files = {{"fifos.v", text + "endmodule\n"}}, .support = {"qfx_fifo"}};
}

// What both programs share: words at random times into every FIFO and out of it, now and then a
// reset. `MODEL` is told what it saw before each clock edge and says what is wrong.
std::string program(const std::string& model) {
  std::string kinds;
  for (const Kind& kind : kKinds) kinds += fmt::format("{{{}, {}}}, ", kind.depth, kind.block);
  return "#include <cstdio>\n#include <cstdlib>\n#include <deque>\n#include <random>\n"
         "#include \"Vfifos.h\"\n#include \"verilated.h\"\n"
         "struct Kind { unsigned depth; int block; };\nconst Kind kinds[] = {" +
         kinds + "};\n" + model + R"(
int main(int argc, char** argv) {
  VerilatedContext context;
  context.commandArgs(argc, argv);
  Vfifos top(&context);
  Model models[8];
  std::mt19937_64 random(5);
  long taken = 0;
  for (long cycle = 0; cycle < 60000; ++cycle) {
    const bool reset = cycle < 3 || random() % 3000 == 0;
    const unsigned fill = cycle / 300 % 4, drain = cycle / 500 % 4;  // now one side is faster, now the other
    top.rst = reset;
    unsigned ready = 0;
    for (int i = 0; i < 8; ++i) {
      models[i].offer(random() % 4 <= fill, static_cast<unsigned char>(random()));
      ready |= (random() % 4 <= drain) << i;
    }
    top.o_ready = ready;
    top.i_valid = 0;
    top.i_data = 0;
    for (int i = 0; i < 8; ++i) {
      top.i_valid |= models[i].valid << i;
      top.i_data |= static_cast<unsigned long long>(models[i].data) << (8 * i);
    }
    top.clk = 0;
    top.eval();
    for (int i = 0; i < 8; ++i) {
      const bool i_ready = top.i_ready >> i & 1, o_valid = top.o_valid >> i & 1, o_ready = ready >> i & 1;
      const char* fault = models[i].see(kinds[i], reset, i_ready, o_valid, o_ready,
                                        static_cast<unsigned char>(top.o_data >> (8 * i)));
      if (fault != nullptr) {
        std::printf("FIFO %d, cycle %ld: %s\n", i, cycle, fault);
        return 1;
      }
      taken += o_valid && o_ready;
    }
    top.clk = 1;
    top.eval();
  }
  std::printf("taken %ld\n", taken);
}
)";
}

// Every ready and valid as the contract says it, every word the one that is due.
constexpr char kExact[] = R"(
struct Model {
  bool valid = false;
  unsigned char data = 0;
  std::deque<unsigned char> words;
  bool held = false;
  unsigned char word = 0;
  void offer(bool wants, unsigned char fresh) {
    if (valid || !wants) return;
    valid = true;
    data = fresh;
  }
  const char* see(Kind kind, bool reset, bool i_ready, bool o_valid, bool o_ready, unsigned char o_data) {
    const bool fire = !reset && valid && i_ready;
    if (reset && i_ready) return "ready in reset";
    if (reset) {
      words.clear();
      held = false;
      return nullptr;
    }
    if (i_ready != (words.size() + held < kind.depth)) return "i_ready";
    const bool offered = kind.block ? held : !words.empty();
    if (o_valid != offered) return "o_valid";
    if (offered && o_data != (kind.block ? word : words.front())) return "o_data";
    const bool taken = o_valid && o_ready;
    if (kind.block) {
      const bool read = !words.empty() && (!held || taken);
      if (taken) held = false;
      if (read) {
        held = true;
        word = words.front();
        words.pop_front();
      }
    } else if (taken) {
      words.pop_front();
    }
    if (fire) {
      words.push_back(data);
      valid = false;
    }
    return nullptr;
  }
};
)";

// Under stalls inside: the words in order, and what was offered stays.
constexpr char kProtocol[] = R"(
struct Model {
  bool valid = false;
  unsigned char data = 0;
  std::deque<unsigned char> words;
  bool waiting = false;
  long quiet = 0;
  void offer(bool wants, unsigned char fresh) {
    if (valid || !wants) return;
    valid = true;
    data = fresh;
  }
  const char* see(Kind kind, bool reset, bool i_ready, bool o_valid, bool o_ready, unsigned char o_data) {
    if (reset) {
      words.clear();
      waiting = false;
      return nullptr;
    }
    if (waiting && !o_valid) return "an offer was withdrawn";
    if (o_valid && (words.empty() || words.front() != o_data)) return "another word";
    if (i_ready && words.size() >= kind.depth) return "too many";
    waiting = o_valid && !o_ready;
    quiet = (valid && i_ready) || (o_valid && o_ready) || (words.empty() && !valid) ? 0 : quiet + 1;
    if (quiet > 1000) return "nothing moves";
    if (o_valid && o_ready) words.pop_front();
    if (valid && i_ready) {
      words.push_back(data);
      valid = false;
    }
    return nullptr;
  }
};
)";

TEST(Fifo, TakesAndGivesAsTheContractSays) {
  const TemporaryDirectory work;
  const VerilogSources sources = all_kinds();
  write_sources(sources, work.path());
  EXPECT_EQ(complaints(sources, work.path()), "");
  const auto exact = verilate(sources, work.path(), program(kExact));
  const std::string said = run_checked({exact.string()}, work.path());
  EXPECT_THAT(said, testing::HasSubstr("taken "));
  EXPECT_GT(std::atol(said.c_str() + 6), 100000) << said;
}

TEST(Fifo, KeepsTheRulesWhereItStallsInside) {
  const TemporaryDirectory work;
  const VerilogSources sources = all_kinds();
  write_sources(sources, work.path());
  const auto stalled = verilate(sources, work.path(), program(kProtocol), {"-DQFX_STALL"});
  long fewer = 0;
  for (const char* stalls : {"+qfx_stall=0", "+qfx_stall=5", "+qfx_stall=12"}) {
    const std::string said = run_checked({stalled.string(), stalls}, work.path());
    const long taken = std::atol(said.c_str() + 6);
    EXPECT_GT(taken, 10000) << said;
    if (fewer > 0) {
      EXPECT_LT(taken, fewer) << stalls << " stalls more than the one before";
    }
    fewer = taken;
  }
}

// For any behaviour of both sides over so many cycles: no word is lost, doubled, changed or out of
// order, none is withdrawn, and what is held is offered soon.
TEST(Fifo, IsProvedForThreeWords) {
  constexpr char kProof[] = R"(
module proof (input wire clk, input wire i_valid, input wire i_data, input wire o_ready);
  reg [1:0] age = 0;
  wire rst = age == 0;
  wire i_ready, o_valid;
  wire o_data;
  qfx_fifo #(.WIDTH(1), .DEPTH(3), .BLOCK(@BLOCK@)) dut (.clk(clk), .rst(rst), .i_valid(i_valid), .i_ready(i_ready),
      .i_data(i_data), .o_valid(o_valid), .o_ready(o_ready), .o_data(o_data));
  (* anyconst *) wire [2:0] marked;
  reg [2:0] taken = 0, given = 0;
  reg value, last_data;
  reg waited = 0;
  reg [1:0] quiet = 0;
  wire [2:0] held = taken - given;
  always @(posedge clk) begin
    if (age != 2'd3) age <= age + 1'b1;
    if (!rst) begin
      if (i_valid && i_ready) begin
        taken <= taken + 1'b1;
        if (taken == marked) value <= i_data;
      end
      if (o_valid && o_ready) given <= given + 1'b1;
      waited <= o_valid && !o_ready;
      last_data <= o_data;
      quiet <= held != 0 && !o_valid ? quiet + 1'b1 : 2'd0;
      assert (held <= 3);
      if (o_valid) assert (held != 0);
      if (o_valid && given == marked) assert (o_data == value);
      if (waited) assert (o_valid && o_data == last_data);
      assert (i_ready == (held != 3));
      assert (quiet < 2);
    end
  end
endmodule
)";
  for (const char* block : {"0", "1"}) {
    const TemporaryDirectory work;
    std::string proof = kProof;
    proof.replace(proof.find("@BLOCK@"), 7, block);
    const VerilogSources sources{
        .top = "proof", .files = {{"proof.sv", proof}}, .support = {"qfx_fifo"}};
    write_sources(sources, work.path());
    run_checked({"yosys", "-q", "-p",
                 "read_verilog -formal proof.sv; read_verilog qfx_fifo.v; prep -top proof; "
                 "write_smt2 -wires proof.smt2"},
                work.path());
    EXPECT_THAT(run_checked({"yosys-smtbmc", "-s", "z3", "-t", "10", "proof.smt2"}, work.path()),
                testing::HasSubstr("Status: PASSED"));
  }
}

}  // namespace
}  // namespace qfx::test
