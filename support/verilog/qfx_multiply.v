// The product of a value and a signed factor, in a register.
module qfx_multiply #(
    parameter X_WIDTH = 8,
    parameter X_SIGNED = 1,
    parameter W_WIDTH = 8,
    parameter OUT_WIDTH = 16  // X_WIDTH + W_WIDTH, and one more where x is unsigned
) (
    input  wire                 clk,
    input  wire                 en,
    input  wire [  X_WIDTH-1:0] x,
    input  wire [  W_WIDTH-1:0] w,
    output reg  [OUT_WIDTH-1:0] product
);
  wire sign = X_SIGNED != 0 && x[X_WIDTH-1];
  wire signed [OUT_WIDTH-1:0] a = {{(OUT_WIDTH - X_WIDTH) {sign}}, x};
  wire signed [OUT_WIDTH-1:0] b = {{(OUT_WIDTH - W_WIDTH) {w[W_WIDTH-1]}}, w};
  always @(posedge clk) if (en) product <= a * b;
endmodule
