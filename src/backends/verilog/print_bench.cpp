#include "backends/verilog/print_bench.h"

#include <algorithm>
#include <fmt/format.h>

#include "backends/names/fill.h"

namespace qfx::backends::verilog {
namespace {

// More cycles than ever pass without a beat at either port, unless the circuit stands still.
std::int64_t patience(const circuit::Circuit& circuit) {
  std::int64_t cycles = 1000;
  for (const circuit::Engine& engine : circuit.engines) {
    cycles += engine.latency;
    for (const circuit::Round& round : engine.behaviour.rounds) cycles += round.count;
  }
  return 4 * cycles;
}

}  // namespace

std::string outputs_file(const Design& design, std::size_t output) {
  if (design.outputs.size() == 1) return design.top + "_outputs.mem";
  return fmt::format("{}_outputs_{}.mem", design.top, output);
}

std::string print_bench(const Design& design, std::int64_t frames) {
  std::string wires, connections, checks, received, wrong, done, takes;
  for (std::size_t i = 0; i < design.outputs.size(); ++i) {
    const board::Port& port = design.outputs[i];
    const auto part = [&](const std::string& text) {
      return names::fill(text, {{"NAME", port.name},
                                {"INDEX", std::to_string(i)},
                                {"HIGH", std::to_string(port.tdata_width() - 1)},
                                {"BEATS", std::to_string(port.beats())},
                                {"TOP", design.top},
                                {"FILE", outputs_file(design, i)}});
    };
    wires += part(
        "  wire @NAME@_tvalid, @NAME@_tlast;\n  wire [@HIGH@:0] @NAME@_tdata;\n"
        "  wire [31:0] received_@INDEX@, wrong_@INDEX@;\n");
    connections += part(
        "      .@NAME@_tdata(@NAME@_tdata), .@NAME@_tvalid(@NAME@_tvalid),\n"
        "      .@NAME@_tready(aresetn), .@NAME@_tlast(@NAME@_tlast),\n");
    checks += part(
        R"(  @TOP@_check #(.FRAMES(FRAMES), .BEATS(@BEATS@), .HIGH(@HIGH@), .FILE("@FILE@"), .NAME("@NAME@")) check_@INDEX@ (
      .clk(aclk), .fire(aresetn && @NAME@_tvalid), .tdata(@NAME@_tdata), .tlast(@NAME@_tlast),
      .received(received_@INDEX@), .wrong(wrong_@INDEX@));
)");
    const char* plus = i == 0 ? "" : " + ";
    received += plus + part("received_@INDEX@");
    wrong += plus + part("wrong_@INDEX@");
    done += (i == 0 ? "" : " && ") + part("received_@INDEX@ >= FRAMES * @BEATS@");
    takes += (i == 0 ? "" : " || ") + part("@NAME@_tvalid");
  }
  return names::fill(
      R"(// Sends the golden frames of @TOP@_inputs.mem back to back through @TOP@ and compares every beat that comes
// with those of the outputs' files. Ends with a line that begins with PASS or FAIL. Where nothing moves any
// more it says of every engine what it waits for.
module @TOP@_tb;
  localparam FRAMES = @FRAMES@;
  localparam IN_BEATS = @IN_BEATS@;    // of a frame
  localparam PATIENCE = @PATIENCE@;  // cycles without a beat
  localparam ROOM = FRAMES > 0 ? FRAMES : 1;

  reg aclk = 1'b0;
  always #1 aclk = !aclk;
  reg aresetn = 1'b0;

  reg [@IN_HIGH@:0] inputs[0:ROOM*IN_BEATS-1];
  initial if (FRAMES > 0) $readmemh("@TOP@_inputs.mem", inputs);

  integer cycle = 0, sent = 0, idle = 0;
  reg watch = 1'b0;
  wire s_axis_tready, frame_error;
@WIRES@  wire s_axis_tvalid = aresetn && sent < FRAMES * IN_BEATS;
  // Of the last frame only, as a DMA sends a transfer of several.
  wire s_axis_tlast = sent == FRAMES * IN_BEATS - 1;
  wire [@IN_HIGH@:0] s_axis_tdata = inputs[sent < ROOM * IN_BEATS ? sent : 0];

  @TOP@ dut (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .s_axis_tlast(s_axis_tlast),
@CONNECTIONS@`ifdef QFX_WATCH
      .watch(watch),
`endif
      .frame_error(frame_error));

@CHECKS@
  wire [31:0] received = @RECEIVED@;
  wire [31:0] wrong = @WRONG@;
  wire done = @DONE@;
  wire takes = aresetn && (@TAKES@);

  always @(posedge aclk) begin
    cycle   <= cycle + 1;
    aresetn <= cycle >= 4;
    idle    <= takes ? 0 : idle + 1;
    if (s_axis_tvalid && s_axis_tready) begin
      sent <= sent + 1;
      idle <= 0;
    end
    if (FRAMES == 0) begin
      $display("FAIL: there are no golden vectors; export with a model's data");
      $finish;
    end else if (done) begin
      if (wrong == 0 && !frame_error)
        $display("PASS: %0d frames, %0d beats, %0d cycles", FRAMES, received, cycle);
      else $display("FAIL: %0d of %0d beats differ, frame_error %b", wrong, received, frame_error);
      $finish;
    end else if (idle == PATIENCE) watch <= 1'b1;
    else if (watch) begin
      $display("FAIL: nothing moves since %0d cycles; beats taken: %0d, given: %0d", idle, sent, received);
      $finish;
    end
  end
endmodule

// Compares the beats of an output with those of its file.
module @TOP@_check #(
    parameter FRAMES = 1,
    parameter BEATS = 1,  // of a frame
    parameter HIGH = 7,
    parameter FILE = "",
    parameter NAME = ""
) (
    input  wire        clk,
    input  wire        fire,
    input  wire [HIGH:0] tdata,
    input  wire        tlast,
    output reg  [31:0] received,
    output reg  [31:0] wrong
);
  localparam ROOM = FRAMES > 0 ? FRAMES : 1;
  reg [HIGH:0] outputs[0:ROOM*BEATS-1];
  initial begin
    received = 0;
    wrong = 0;
    if (FRAMES > 0) $readmemh(FILE, outputs);
  end
  wire [HIGH:0] wanted = outputs[received < ROOM * BEATS ? received : 0];
  wire wanted_last = received == FRAMES * BEATS - 1;

  always @(posedge clk)
    if (fire) begin
      received <= received + 1;
      if (tdata !== wanted || tlast !== wanted_last) begin
        wrong <= wrong + 1;
        if (wrong < 10)
          $display("%0s, frame %0d, beat %0d: expected %h, tlast %b; got %h, tlast %b", NAME, received / BEATS,
                   received % BEATS, wanted, wanted_last, tdata, tlast);
      end
    end
endmodule
)",
      {{"TOP", design.top},
       {"FRAMES", std::to_string(frames)},
       {"IN_BEATS", std::to_string(design.input.beats())},
       {"PATIENCE", std::to_string(patience(design.circuit))},
       {"IN_HIGH", std::to_string(design.input.tdata_width() - 1)},
       {"WIRES", wires},
       {"CONNECTIONS", connections},
       {"CHECKS", checks},
       {"RECEIVED", received},
       {"WRONG", wrong},
       {"DONE", done},
       {"TAKES", takes}});
}

std::string print_beats(const board::Port& port, std::span<const std::int32_t> values) {
  const std::int64_t size = port.layout.elements();
  const std::uint32_t mask =
      port.container == 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << port.container) - 1;
  const int digits = port.container / 4;
  std::string text;
  for (std::int64_t first = 0; first < std::ssize(values); first += size) {
    for (std::int64_t beat = 0; beat < port.beats(); ++beat) {
      text.append(static_cast<std::size_t>(port.tdata_width() - port.used_bits()) / 4, '0');
      for (std::int64_t lane = port.lanes - 1; lane >= 0; --lane) {
        const std::int64_t at = beat * port.lanes + lane;  // in stream order
        const std::int64_t index =
            port.layout.element(at / port.layout.lanes, at % port.layout.lanes);
        const auto raw =
            static_cast<std::uint32_t>(values[static_cast<std::size_t>(first + index)]);
        text += fmt::format("{:0{}x}", raw & mask, digits);
      }
      text += '\n';
    }
  }
  return text;
}

}  // namespace qfx::backends::verilog
