// A finished sum on the grid of its layer: (x << (LEFT + left)) + offset, in a register.
module qfx_align #(
    parameter IN_WIDTH = 12,  // signed, at least 2
    parameter LEFT = 0,
    parameter LEFT_WIDTH = 1,  // of what is shifted beyond that
    parameter SHIFTS = 1,      // 0: `left` is 0, and nothing chooses
    parameter OFFSET_WIDTH = 8,  // signed, at least 2, at most OUT_WIDTH
    parameter OUT_WIDTH = 16  // signed; what is beyond is cut
) (
    input  wire                    clk,
    input  wire                    en,
    input  wire [    IN_WIDTH-1:0] x,
    input  wire [  LEFT_WIDTH-1:0] left,
    input  wire [OFFSET_WIDTH-1:0] offset,
    output reg  [   OUT_WIDTH-1:0] y
);
  localparam USED = IN_WIDTH < OUT_WIDTH ? IN_WIDTH : OUT_WIDTH;
  wire [OUT_WIDTH-1:0] wide = {{(OUT_WIDTH - USED + 1) {x[USED-1]}}, x[USED-2:0]} << LEFT;
  wire [OUT_WIDTH-1:0] added =
      {{(OUT_WIDTH - OFFSET_WIDTH + 1) {offset[OFFSET_WIDTH-1]}}, offset[OFFSET_WIDTH-2:0]};
  generate
    if (SHIFTS != 0) begin : shifted
      always @(posedge clk) if (en) y <= (wide << left) + added;
    end else begin : fixed
      always @(posedge clk) if (en) y <= wide + added;
    end
  endgenerate
  wire _unused_ok = &{1'b0, x, left};
endmodule
