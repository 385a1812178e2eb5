// A value or its negative, in a register.
module qfx_plus_minus #(
    parameter X_WIDTH = 8,
    parameter X_SIGNED = 1,
    parameter OUT_WIDTH = 9  // X_WIDTH + 1, and one more where x is unsigned
) (
    input  wire                 clk,
    input  wire                 en,
    input  wire [  X_WIDTH-1:0] x,
    input  wire                 plus,
    output reg  [OUT_WIDTH-1:0] product
);
  wire sign = X_SIGNED != 0 && x[X_WIDTH-1];
  wire [OUT_WIDTH-1:0] a = {{(OUT_WIDTH - X_WIDTH) {sign}}, x} ^ {OUT_WIDTH{!plus}};
  always @(posedge clk) if (en) product <= a + {{(OUT_WIDTH - 1) {1'b0}}, !plus};
endmodule
