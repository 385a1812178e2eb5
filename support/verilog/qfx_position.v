// A number that moves along with nested loops (qfx_loops): by its own constant for each loop that
// goes on, those inside it having begun again; the last of STEPS is for all of them having ended.
// With a MODULUS it counts round: every constant is then below it.
module qfx_position #(
    parameter LEVELS = 2,
    parameter WIDTH = 8,
    parameter MODULUS = 0,
    parameter START = 0,
    parameter [32*(LEVELS+1)-1:0] STEPS = {32'd1, 32'd1, 32'd1}
) (
    input  wire              clk,
    input  wire              rst,
    input  wire              step,
    input  wire [LEVELS-1:0] ended,
    output reg  [ WIDTH-1:0] at
);
  localparam [31:0] FIRST = START;
  localparam [32:0] ROUND = MODULUS;

  genvar k;
  generate
    for (k = 0; k <= LEVELS; k = k + 1) begin : level  // from the outermost
      wire [WIDTH-1:0] chosen;
      if (k == 0) begin : all_ended
        assign chosen = STEPS[32*LEVELS+:WIDTH];
      end else begin : inner
        assign chosen = ended[LEVELS-k] ? level[k-1].chosen : STEPS[32*(LEVELS-k)+:WIDTH];
      end
    end
  endgenerate

  wire [WIDTH:0] sum = {1'b0, at} + {1'b0, level[LEVELS].chosen};
  wire [WIDTH:0] less = sum - ROUND[WIDTH:0];
  always @(posedge clk)
    if (rst) at <= FIRST[WIDTH-1:0];
    else if (step) at <= MODULUS != 0 && !less[WIDTH] ? less[WIDTH-1:0] : sum[WIDTH-1:0];

  wire _unused_ok = &{1'b0, FIRST, ROUND, sum, less};
endmodule
