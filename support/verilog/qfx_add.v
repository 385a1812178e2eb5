// The sum of two signed values, cut to OUT_WIDTH bits, which is at least either width. A module of
// its own so that Yosys keeps it a carry chain and makes no carry-save tree of several.
`ifdef YOSYS
(* keep_hierarchy *)
`endif
module qfx_add #(
    parameter A_WIDTH = 8,  // at least 2, as B_WIDTH
    parameter B_WIDTH = 8,
    parameter OUT_WIDTH = 9
) (
    input  wire [  A_WIDTH-1:0] a,
    input  wire [  B_WIDTH-1:0] b,
    output wire [OUT_WIDTH-1:0] sum
);
  assign sum = {{(OUT_WIDTH - A_WIDTH + 1) {a[A_WIDTH-1]}}, a[A_WIDTH-2:0]} +
               {{(OUT_WIDTH - B_WIDTH + 1) {b[B_WIDTH-1]}}, b[B_WIDTH-2:0]};
endmodule
