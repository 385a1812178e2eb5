// Some words of every frame, in the order in which they come. Nested loops, the first innermost, say
// which: the next one's place in the frame moves by constants (qfx_position).
//
// Where `en` is true a word is taken; `picked` says whether it is one.
module qfx_pick #(
    parameter FRAME = 4,
    parameter PLACE_WIDTH = 2,
    parameter LEVELS = 2,
    parameter [32*LEVELS-1:0] COUNTS = {LEVELS{32'd1}},
    parameter [32*(LEVELS+1)-1:0] PLACE_STEPS = {(LEVELS + 1) {32'd0}},
    parameter PLACE_START = 0
) (
    input  wire clk,
    input  wire rst,
    input  wire en,
    input  wire i_valid,
    output wire i_ready,
    output wire picked
);
  assign i_ready = en && !rst;
  wire take = i_valid && i_ready;

  wire [PLACE_WIDTH-1:0] place, wanted;
  qfx_counter #(
      .COUNT(FRAME),
      .WIDTH(PLACE_WIDTH)
  ) coming (
      .clk(clk),
      .rst(rst),
      .step(take),
      .at(place)
  );
  assign picked = take && place == wanted;

  wire [LEVELS-1:0] ended;
  qfx_loops #(
      .LEVELS(LEVELS),
      .COUNTS(COUNTS)
  ) loops (
      .clk(clk),
      .rst(rst),
      .step(picked),
      .ended(ended)
  );
  qfx_position #(
      .LEVELS(LEVELS),
      .WIDTH(PLACE_WIDTH),
      .MODULUS(FRAME),
      .START(PLACE_START),
      .STEPS(PLACE_STEPS)
  ) next (
      .clk(clk),
      .rst(rst),
      .step(picked),
      .ended(ended),
      .at(wanted)
  );
endmodule
