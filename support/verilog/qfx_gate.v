// The fractional convolution's choice between two sums, in a register. `upper` and `lower` are sums of
// one plane each, whose values are (x << LEFT) + SHIFTED; the upper one is worth twice. Where the
// accumulated `upper` exceeds the gate the result is the sum of both, else of the upper one alone.
module qfx_gate #(
    parameter IN_WIDTH = 8,  // signed, at least 2, less than OUT_WIDTH
    parameter LEFT = 1,
    parameter SHIFTED = 0,
    parameter OUT_WIDTH = 10
) (
    input  wire                 clk,
    input  wire                 en,
    input  wire [ IN_WIDTH-1:0] upper,
    input  wire [ IN_WIDTH-1:0] lower,
    input  wire [ IN_WIDTH-1:0] gate,
    output reg  [OUT_WIDTH-1:0] y
);
  localparam [31:0] ALONE = 2 * SHIFTED;
  localparam [31:0] BOTH = 3 * SHIFTED;
  wire more = $signed(upper) > $signed(gate);
  wire [OUT_WIDTH-1:0] upper_wide = {{(OUT_WIDTH - IN_WIDTH) {upper[IN_WIDTH-1]}}, upper};
  wire [OUT_WIDTH-1:0] lower_wide = {{(OUT_WIDTH - IN_WIDTH) {lower[IN_WIDTH-1]}}, lower};
  wire [OUT_WIDTH-1:0] constant = more ? BOTH[OUT_WIDTH-1:0] : ALONE[OUT_WIDTH-1:0];
  always @(posedge clk)
    if (en)
      y <= (upper_wide << (LEFT + 1)) + ((lower_wide << LEFT) & {OUT_WIDTH{more}}) + constant;
  wire _unused_ok = &{1'b0, ALONE, BOTH};
endmodule
