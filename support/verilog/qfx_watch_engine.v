// For simulation: what an engine is doing, for who looks for what stands still. In every cycle in which
// `watch` is high it writes a line to the output: whether the engine waits for an input or is blocked by
// an output, and the frame and word that it gives next.
module qfx_watch_engine #(
    parameter NAME = "engine",
    parameter INPUTS = 1,
    parameter OUTPUTS = 1,
    parameter WORDS = 1  // of a frame, at output 0
) (
    input wire clk,
    input wire rst,
    input wire watch,
    input wire i0_valid,
    input wire i0_ready,
    input wire i1_valid,
    input wire i1_ready,
    input wire o0_valid,
    input wire o0_ready,
    input wire o1_valid,
    input wire o1_ready
);
  integer frame, word;
  wire blocked0 = o0_valid && !o0_ready;
  wire blocked1 = OUTPUTS > 1 && o1_valid && !o1_ready;
  // Where it asks for one of two, it waits for that one.
  wire waits0 = !i0_valid && (i0_ready || INPUTS == 1 || !i1_ready);
  wire waits1 = INPUTS > 1 && !i1_valid && (i1_ready || !i0_ready);
  always @(posedge clk) begin
    if (rst) begin
      frame <= 0;
      word  <= 0;
    end else if (o0_valid && o0_ready) begin
      word <= word + 1 == WORDS ? 0 : word + 1;
      if (word + 1 == WORDS) frame <= frame + 1;
    end
    if (watch) begin
      if (blocked0 || blocked1)
        $display("qfx: %0s blocked by output %0d, frame %0d, word %0d", NAME, blocked0 ? 0 : 1, frame, word);
      else if (waits0 || waits1)
        $display("qfx: %0s waits for input %0d, frame %0d, word %0d", NAME, waits0 ? 0 : 1, frame, word);
      else $display("qfx: %0s at work, frame %0d, word %0d", NAME, frame, word);
    end
  end
endmodule
