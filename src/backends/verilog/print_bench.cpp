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

std::string print_bench(const Design& design, std::int64_t frames) {
  return names::fill(
      R"(// Sends the golden frames of @TOP@_inputs.mem back to back through @TOP@ and compares every beat that comes
// with @TOP@_outputs.mem. Ends with a line that begins with PASS or FAIL. Where nothing moves any more it says
// of every engine what it waits for.
module @TOP@_tb;
  localparam FRAMES = @FRAMES@;
  localparam IN_BEATS = @IN_BEATS@;    // of a frame
  localparam OUT_BEATS = @OUT_BEATS@;
  localparam PATIENCE = @PATIENCE@;  // cycles without a beat
  localparam ROOM = FRAMES > 0 ? FRAMES : 1;

  reg aclk = 1'b0;
  always #1 aclk = !aclk;
  reg aresetn = 1'b0;

  reg [@IN_HIGH@:0] inputs[0:ROOM*IN_BEATS-1];
  reg [@OUT_HIGH@:0] outputs[0:ROOM*OUT_BEATS-1];
  initial begin
    if (FRAMES > 0) begin
      $readmemh("@TOP@_inputs.mem", inputs);
      $readmemh("@TOP@_outputs.mem", outputs);
    end
  end

  integer cycle = 0, sent = 0, received = 0, wrong = 0, idle = 0;
  reg watch = 1'b0;
  wire s_axis_tready, m_axis_tvalid, m_axis_tlast, frame_error;
  wire [@OUT_HIGH@:0] m_axis_tdata;
  wire s_axis_tvalid = aresetn && sent < FRAMES * IN_BEATS;
  wire m_axis_tready = aresetn;
  // Of the last frame only, as a DMA sends a transfer of several.
  wire s_axis_tlast = sent == FRAMES * IN_BEATS - 1;
  wire [@IN_HIGH@:0] s_axis_tdata = inputs[sent < ROOM * IN_BEATS ? sent : 0];
  wire [@OUT_HIGH@:0] wanted = outputs[received < ROOM * OUT_BEATS ? received : 0];
  wire wanted_last = received == FRAMES * OUT_BEATS - 1;

  @TOP@ dut (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .s_axis_tlast(s_axis_tlast), .m_axis_tdata(m_axis_tdata),
      .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready), .m_axis_tlast(m_axis_tlast),
`ifdef QFX_WATCH
      .watch(watch),
`endif
      .frame_error(frame_error));

  always @(posedge aclk) begin
    cycle   <= cycle + 1;
    aresetn <= cycle >= 4;
    idle    <= idle + 1;
    if (s_axis_tvalid && s_axis_tready) begin
      sent <= sent + 1;
      idle <= 0;
    end
    if (m_axis_tvalid && m_axis_tready) begin
      received <= received + 1;
      idle <= 0;
      if (m_axis_tdata !== wanted || m_axis_tlast !== wanted_last) begin
        wrong <= wrong + 1;
        if (wrong < 10)
          $display("frame %0d, beat %0d: expected %h, tlast %b; got %h, tlast %b", received / OUT_BEATS,
                   received % OUT_BEATS, wanted, wanted_last, m_axis_tdata, m_axis_tlast);
      end
    end
    if (FRAMES == 0) begin
      $display("FAIL: there are no golden vectors; export with a model's data");
      $finish;
    end else if (received == FRAMES * OUT_BEATS) begin
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
)",
      {{"TOP", design.top},
       {"FRAMES", std::to_string(frames)},
       {"IN_BEATS", std::to_string(design.input.beats())},
       {"OUT_BEATS", std::to_string(design.output.beats())},
       {"PATIENCE", std::to_string(patience(design.circuit))},
       {"IN_HIGH", std::to_string(design.input.tdata_width() - 1)},
       {"OUT_HIGH", std::to_string(design.output.tdata_width() - 1)}});
}

std::string print_beats(const board::Port& port, std::span<const std::int32_t> values) {
  const std::int64_t size = port.layout.elements();
  const std::uint32_t mask =
      port.container == 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << port.container) - 1;
  const int digits = port.container / 4;
  std::string text;
  for (std::int64_t first = 0; first < std::ssize(values); first += size) {
    for (std::int64_t beat = 0; beat < port.beats(); ++beat) {
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
